using System.Text;
using Msf.Checkpoints;

namespace Msf.Tests.Checkpoints;

public class SafetensorsHeaderTests
{
    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}""", 24)]
    [InlineData("{}", 0)]
    [InlineData("""{"__metadata__":{"k":"v"},"a":{"data_offsets":[0,1],"shape":[],"dtype":"U8"}}""" + "  \n", 1)]
    [InlineData("""{"b":{"dtype":"I8","shape":[3],"data_offsets":[1,4]},"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}""", 4)]
    [InlineData("""{"e":{"dtype":"F64","shape":[0,7],"data_offsets":[1,1]},"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}""", 1)]
    public void A_legal_header_is_read(string header, int dataLength)
    {
        var parsed = SafetensorsHeader.Parse(Encoding.UTF8.GetBytes(header), dataLength);
        Assert.Equal(dataLength, parsed.Tensors.Values.Sum(tensor => tensor.ByteLength));
    }

    [Theory]
    [InlineData("", 0, "'{' expected")]
    [InlineData(" {}", 0, "'{' expected")]
    [InlineData("{} {}", 0, "not valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},}""", 8, "not valid JSON")]
    [InlineData("""{"a":3}""", 0, "is not an object")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", 2, "supported are F64")]
    [InlineData("""{"a":{"dtype":"U32","shape":[2],"data_offsets":[0,8]}}""", 8, "supported are F64")]
    [InlineData("""{"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", 8, "is not a string")]
    [InlineData("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, "is not an array")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}""", 8, "more than 2 numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}}""", 8, "has 1 numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2e0],"data_offsets":[0,8]}}""", 8, "must be integers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}""", 8, "not valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", 8, "must be integers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"shape":[2]}}""", 8, "member shape twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}""", 8, "unknown member")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904,0],"data_offsets":[0,0]}}""", 0, "64 bits")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}""", 9, "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "ends at byte 8 of 7")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "1 bytes after the last")]
    [InlineData("""{"a":{"dtype":"I8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"I8","shape":[3],"data_offsets":[2,5]}}""", 5, "inside another")]
    [InlineData("""{"a":{"dtype":"I8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"I8","shape":[3],"data_offsets":[0,3]}}""", 3, "inside another")]
    [InlineData("""{"a":{"dtype":"I8","shape":[3],"data_offsets":[3,0]}}""", 3, "before its begin")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2,2305843009213693955],"data_offsets":[0,24]}}""", 24, "64 bits")]
    [InlineData("""{"a":{"dtype":"I8","shape":[-1,-3],"data_offsets":[0,3]}}""", 3, "must be integers")]
    [InlineData("""{"__metadata__":null}""", 0, "an object of strings")]
    [InlineData("""{"__metadata__":{"k":1}}""", 0, "not a string")]
    [InlineData("""{"__metadata__":{"k":"a","k":"b"}}""", 0, "twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "listed twice")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}""", 1, "not valid Unicode")]
    public void A_header_that_breaks_a_rule_is_refused_with_the_rule(string header, int dataLength, string expected)
    {
        var error = Assert.Throws<InvalidDataException>(() => SafetensorsHeader.Parse(Encoding.UTF8.GetBytes(header), dataLength));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_of_more_than_64_dimensions_is_refused()
    {
        var ones = string.Join(",", Enumerable.Repeat("1", 65));
        var header = """{"a":{"dtype":"U8","shape":[SIZES],"data_offsets":[0,1]}}""".Replace("SIZES", ones, StringComparison.Ordinal);
        var error = Assert.Throws<InvalidDataException>(() => SafetensorsHeader.Parse(Encoding.UTF8.GetBytes(header), 1));
        Assert.Contains("more than 64", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_with_line_breaks_still_gives_a_one_line_message()
    {
        var error = Assert.Throws<InvalidDataException>(() => SafetensorsHeader.Parse("""{"x\n\u2028y":1}"""u8, 0));
        Assert.Equal("tensor \"x??y\" is not an object with dtype, shape and data_offsets", error.Message);
    }
}
