using Msf.Runtime;

namespace Msf.Tests.Runtime;

public class JsonFormatTests
{
    [Theory]
    [InlineData("""{ "sides": [1, 2] }""")]
    [InlineData("""{ /* two */ "sides": [1, 2,], "name": null, }""")]
    public void Comments_and_trailing_commas_are_fine_and_null_is_where_it_is_allowed(string json) =>
        Assert.Equal([1, 2], JsonFormat.Parse<Sample>(json, "sample").Sides);

    [Theory]
    [InlineData("""{ "sides": null }""", "sides may not be null.")]
    [InlineData("""{ "sides": [1], "inner": [{ "sides": [2], "names": ["a", null] }] }""", "names has a null in it; give a value for every entry.")]
    [InlineData("""{ "sides": [1], "inner": [null] }""", "inner has a null in it; give a value for every entry.")]
    [InlineData("""{ "sides": [1], "inner": [{ "sides": [true] }] }""", "inner[0].sides[0] is not a whole number in its range.")]
    [InlineData("""{ "sides": [1], "Name": "x" }""", "there is no member Name.")]
    [InlineData("""{ "inner": [{ }] }""", "inner[0] lacks sides.")]
    [InlineData("{}", "it lacks sides.")]
    [InlineData("[]", "it is not an object.")]
    [InlineData("{ \"sides\": [1], \"a\\nb\": 1 }", "there is no member ['a b'].")]
    [InlineData("{ \"sides\": [1], \"name\": nul\n }", "no valid JSON, 'nul  }' is an invalid JSON literal. Expected the literal 'null' (line 1).")]
    [InlineData("{ \"sides\": [1],\n x }", "no valid JSON, 'x' is an invalid start of a property name. Expected a '\"' (line 2).")]
    public void What_is_wrong_is_told_with_its_place(string json, string expected)
    {
        var error = Assert.Throws<InvalidDataException>(() => JsonFormat.Parse<Sample>(json, "sample"));
        Assert.Equal($"sample: {expected}", error.Message);
    }

    [Fact]
    public void A_record_made_by_its_constructor_needs_all_that_the_constructor_takes()
    {
        Assert.Equal(new Pair("a", 0), JsonFormat.Parse<Pair>("""{ "first": "a" }""", "pair"));
        Assert.Equal("pair: it lacks first.", Assert.Throws<InvalidDataException>(() => JsonFormat.Parse<Pair>("""{ "second": 1 }""", "pair")).Message);
    }

    [Fact]
    public void What_could_not_be_read_is_quoted_in_part()
    {
        var error = Assert.Throws<InvalidDataException>(() => JsonFormat.Parse<Sample>($"{{ \"name\": t{new string('x', 10_000)} }}", "sample"));
        Assert.InRange(error.Message.Length, 50, 250);
        Assert.Contains("xxx ... ", error.Message);
    }

    internal sealed record Pair(string First, int Second = 0);

    internal sealed record Sample
    {
        public required int[] Sides { get; init; }

        public string? Name { get; init; }

        public string[] Names { get; init; } = [];

        public Sample[] Inner { get; init; } = [];
    }
}
