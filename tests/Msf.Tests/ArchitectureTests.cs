using System.Text.RegularExpressions;

namespace Msf.Tests;

/// <summary>The rules of the house that the compiler does not enforce.</summary>
public sealed partial class ArchitectureTests
{
    private const int LongestFile = 300;
    private static readonly IReadOnlyList<string> _files = SourceTree.Sources("src", "Msf");
    private static readonly FolderOrder _order = new(FolderOrder.OfLibrary, _files);

    [Fact]
    public void A_folder_uses_only_folders_before_it()
    {
        Assert.NotEmpty(_files);
        Assert.Empty(_files.SelectMany(file => _order.Violations(file, Read(file))));
    }

    [Theory]
    [InlineData("Models/X.cs", "using Msf.Training;", "Models/X.cs:1 uses Training")]
    [InlineData("Models/X.cs", "\nusing static Msf.Sampling.TimeGrid;", "Models/X.cs:2 uses Sampling")]
    [InlineData("Models/X.cs", "using Later = Msf.Data.Batch;", "Models/X.cs:1 uses Data")]
    [InlineData("Models/X.cs", "global using Msf.Checkpoints;", "Models/X.cs:1 uses Checkpoints")]
    [InlineData("Models/X.cs", "/* one\n two */ var n = global::Msf.Diffusion.TimeShift.Apply(0, 1);", "Models/X.cs:2 uses Diffusion")]
    [InlineData("Modules/X.cs", "var n = 1 + Models.TransformerCost.Of(c).Tokens;", "Modules/X.cs:1 uses Models")]
    [InlineData("Runtime/X.cs", "var s = $\"{Sampling.TimeGrid.Uniform(2)[1]}\"; // \"", "Runtime/X.cs:1 uses Sampling")]
    [InlineData("Elsewhere/X.cs", "", "Elsewhere/X.cs: its folder has no place in the order of dependencies; give it one")]
    public void The_scanner_sees_a_planted_violation(string file, string code, string violation) =>
        Assert.Equal([violation], _order.Violations(file, code));

    [Theory]
    [InlineData("Models/X.cs", "using Msf.Modules; using Msf.Models; using TorchSharp.Modules;")]
    [InlineData("Models/X.cs", "// like Sampling.TimeGrid\n/// <see cref=\"Msf.Training.Trainer\"/>\n/* Msf.Data */")]
    [InlineData("Models/X.cs", "var errors = Sampling.Validate(2).Concat(config.Training.Trainer);")]
    [InlineData("Training/X.cs", "using Msf.Data; var code = Modules.SinCosPositions.Create(4, 4, 8);")]
    public void The_scanner_lets_the_rest_pass(string file, string code) => Assert.Empty(_order.Violations(file, code));

    [Fact]
    public void Every_namespace_is_that_of_its_folder()
    {
        var astray = _files.Where(file => !Namespaces().Matches(SourceTree.WithoutComments(Read(file)))
            .Select(match => match.Groups["name"].Value)
            .DefaultIfEmpty("none")
            .All(name => $"{name}.".StartsWith($"Msf.{file.Split('/')[0]}.", StringComparison.Ordinal)));
        Assert.Empty(astray);
    }

    [Fact]
    public void Tests_mirror_the_library()
    {
        string[] own = ["Shared"];
        var folders = SourceTree.Sources("tests", "Msf.Tests").Select(file => file.Split('/')).Where(parts => parts.Length > 1).Select(parts => parts[0]);
        Assert.Empty(folders.Distinct().Except(FolderOrder.OfLibrary).Except(own));
    }

    [Fact]
    public void No_source_file_is_longer_than_can_be_read_at_once()
    {
        var sources = SourceTree.Sources("src");
        Assert.NotEmpty(sources);
        var lengths = sources.Select(file => (File: file, Lines: File.ReadLines(SourceTree.Path("src", file)).Count()));
        Assert.DoesNotContain(lengths, entry => entry.Lines > LongestFile);
    }

    [Fact]
    public void The_faces_do_no_tensor_mathematics()
    {
        var faces = SourceTree.Sources("src", "Msf.Cli").Select(file => $"Msf.Cli/{file}")
            .Concat(SourceTree.Sources("src", "Msf.Server").Select(file => $"Msf.Server/{file}")).ToArray();
        Assert.NotEmpty(faces);
        var found = faces.SelectMany(file => SourceTree.WithoutComments(File.ReadAllText(SourceTree.Path("src", file))).Split('\n')
            .SelectMany((line, i) => TensorMathematics().Matches(line).Select(match => $"{file}:{i + 1} has {match.Value}")));
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("var loss = nn.functional.mse_loss(a, b);")]
    [InlineData("using static TorchSharp.torch.nn;")]
    [InlineData("loss.backward();")]
    [InlineData("var scores = bmm(q, k).softmax(-1);")]
    [InlineData("images.mul_(0.5).add_(0.5).clamp_(0, 1);")]
    [InlineData("var noise = randn(4, 3, 64, 64);")]
    public void Tensor_mathematics_is_recognised(string code) => Assert.Matches(TensorMathematics(), code);

    [Theory]
    [InlineData("var count = cuda.is_available() ? cuda.device_count() : 0;")]
    [InlineData("return torch.device(DeviceType.CUDA, index);")]
    [InlineData("var means = values.Sum() + Math.Clamp(x, 0, 1); losses.Add(add);")]
    [InlineData("using var images = model.Sample(request); var count = images.shape[0];")]
    public void What_a_face_may_do_is_no_tensor_mathematics(string code) => Assert.DoesNotMatch(TensorMathematics(), code);

    private static string Read(string file) => File.ReadAllText(SourceTree.Path("src", "Msf", file));

    [GeneratedRegex(@"^\s*namespace\s+(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespaces();

    // TorchSharp's functions keep PyTorch's lower case, C# methods do not: a call of one of these names is tensor code.
    [GeneratedRegex(
        @"\bnn[.;]|\boptim\.|\bautograd\b|(?<!\w)(backward|linear|bmm|baddbmm|matmul|mm|einsum|conv[123]d|softmax|layer_norm|group_norm|interpolate"
        + @"|randn?|randn_like|randint|normal_?|cat|stack|gather|lerp_?|pow|sqrt|square|exp|mean|std|var|sum|norm|add_?|sub_?|mul_?|div_?"
        + @"|clamp_?|copy_|fill_|zero_|permute|transpose)\(")]
    private static partial Regex TensorMathematics();
}
