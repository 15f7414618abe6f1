using Msf.Sampling;
using Msf.Training;

namespace Msf.Tests.Training;

/// <summary>Every ImageNet preset is what its name says: <c>msf-SIZE-PATCHES-PIXELS</c> and <c>dit-SIZE-PATCH-PIXELS</c>, patches coarse to fine.</summary>
public sealed class ImageNetPresetsTests
{
    private static readonly Dictionary<string, (int Width, int Depth, int Heads)> _sizes =
        new() { ["s"] = (384, 12, 6), ["b"] = (768, 12, 12), ["l"] = (1024, 24, 16), ["xl"] = (1152, 28, 16) };

    public static TheoryData<string, string, int[], int> Names
    {
        get
        {
            var names = new TheoryData<string, string, int[], int>();
            foreach (var size in (string[])["s", "b", "l", "xl"])
                foreach (var pixels in (int[])[256, 512])
                {
                    foreach (var patch in (int[])[2, 4]) names.Add($"dit-{size}-{patch}-{pixels}", size, [patch], pixels);
                    names.Add($"msf-{size}-{pixels}", size, [2, 4], pixels);
                    foreach (var patches in (int[][])[[2, 2], [2, 4, 4], [2, 2, 2]]) names.Add($"msf-{size}-{string.Join('-', patches)}-{pixels}", size, patches, pixels);
                }
            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_preset_is_what_its_name_says(string name, string size, int[] patches, int pixels)
    {
        var config = RunConfigReader.Read(name, []);
        Assert.Empty(config.Validate());
        var model = config.Model;
        Assert.Equal((pixels / 8, pixels / 8, 4, 1000, patches.Length), (model.Size[0], model.Size[1], model.Channels, model.Classes, model.Factorization.Levels));
        Assert.Equal(patches, model.Stages.Select(stage => stage.PatchSize));
        Assert.All(model.Stages, stage => Assert.Equal(_sizes[size], (stage.Width, stage.Depth, stage.Heads)));
        Assert.Equal(name.StartsWith("dit", StringComparison.Ordinal), model.LearnSigma);
        Assert.Equal(pixels.ToString(), model.Name.Split(' ')[^1]);
    }

    [Fact]
    public void There_are_no_others() =>
        Assert.Equal(Names.Select(row => row.Data.Item1).Order(StringComparer.Ordinal), Presets.Models.Where(name => RunConfigReader.Read(name, []).Model.Classes == 1000));

    [Theory]
    [InlineData("dit-xl-2-256", 118.6)]
    [InlineData("dit-xl-2-512", 524.6)]
    [InlineData("dit-xl-4-256", 29.1)]
    [InlineData("msf-xl-256", 29.0 + 29.1)]
    [InlineData("msf-xl-2-2-256", 29.0 + 118.7)]
    [InlineData("msf-xl-2-4-4-256", 7.4 + 7.4 + 29.1)]
    [InlineData("msf-xl-512", 118.6 + 118.7)]
    public void A_forward_of_every_stage_costs(string name, double giga)
    {
        var config = RunConfigReader.Read(name, []);
        Assert.Equal(giga, SamplingCost.Of(config.Model, config.Sampling, 1).Stages.Sum(stage => stage.Network.MultiplyAdds) / 1e9, 0.15);
    }
}
