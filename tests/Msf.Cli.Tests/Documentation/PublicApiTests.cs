using Msf.Checkpoints;
using PublicApiGenerator;

namespace Msf.Cli.Tests.Documentation;

/// <summary>The public interface of the library as a whole, in a file: a change of it is seen when it is reviewed.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void The_public_interface_is_the_one_that_was_reviewed()
    {
        var options = new ApiGeneratorOptions { IncludeAssemblyAttributes = false, DenyNamespacePrefixes = [] };
        Checkout.RequireGenerated("docs/api/Msf.cs.txt", typeof(MsfModel).Assembly.GeneratePublicApi(options).ReplaceLineEndings("\n") + "\n");
    }
}
