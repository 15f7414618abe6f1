namespace Msf.Server.Tests.Http;

/// <summary>Keys.</summary>
public sealed class ApiKeysTests
{
    private static readonly ApiKeys _keys = new(new Dictionary<string, string> { ["ann"] = "0123456789abcdef", ["bob"] = "fedcba9876543210" });

    [Theory]
    [InlineData("Bearer 0123456789abcdef", "ann")]
    [InlineData("bearer  fedcba9876543210 ", "bob")]
    [InlineData("Bearer 0123456789abcde", null)]
    [InlineData("Bearer 0123456789abcdef0", null)]
    [InlineData("Bearer", null)]
    [InlineData("Basic 0123456789abcdef", null)]
    [InlineData("0123456789abcdef", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_key_tells_its_owner(string? authorization, string? owner) => Assert.Equal(owner, _keys.OwnerOf(authorization));

    [Fact]
    public void Without_keys_none_is_needed() => Assert.False(new ApiKeys(new Dictionary<string, string>()).AreNeeded);
}
