using Msf.Runtime;

namespace Msf.Tests.Runtime;

public class PrintableTextTests
{
    [Theory]
    [InlineData("owl", "owl")]
    [InlineData("Käuzchen 梟", "Käuzchen 梟")]
    [InlineData("a\nb\r\0\u001b[31m", "a?b???[31m")]
    [InlineData("a\u2028b\u2029c\u0085", "a?b?c?")]
    public void What_begins_a_line_is_replaced(string text, string expected) => Assert.Equal(expected, PrintableText.Of(text));
}
