using Msf.Factorization;

namespace Msf.Tests.Factorization;

public class FactorizationConfigTests
{
    [Fact]
    public void The_default_is_the_papers_two_levels_and_is_valid()
    {
        var config = new FactorizationConfig();
        Assert.Empty(config.Validate());
        Assert.Equal(2, config.Levels);
        Assert.True(config.Standardize);
        Assert.False(config.ProjectResidual);
    }

    [Fact]
    public void Projection_requires_the_nearest_filter()
    {
        var config = new FactorizationConfig { ProjectResidual = true };
        Assert.Contains("Nearest", Assert.Single(config.Validate()));
        Assert.Empty((config with { Upsample = UpsampleFilter.Nearest }).Validate());
    }

    [Fact]
    public void All_errors_are_reported_at_once()
    {
        var config = new FactorizationConfig { Levels = 0, Upsample = (UpsampleFilter)7, ProjectResidual = true };
        Assert.Equal(3, config.Validate().Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(FactorizationConfig.MaximumLevels + 1)]
    public void A_factorization_refuses_a_configuration_that_is_not_valid(int levels)
    {
        var error = Assert.Throws<ArgumentException>(() => new MultiScaleFactorization(new FactorizationConfig { Levels = levels }));
        Assert.Contains($"levels is {levels}", error.Message);
    }
}
