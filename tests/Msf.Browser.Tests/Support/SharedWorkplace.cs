namespace Msf.Browser.Tests;

/// <summary>All tests share the workplace and run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SharedWorkplace : ICollectionFixture<Workplace>
{
    internal const string Name = "browser";
}
