using Msf.Checkpoints;
using Msf.Server;
using PublicApiGenerator;

namespace Msf.Cli.Tests.Documentation;

/// <summary>The public interfaces, each as a whole in a file: a change of it is seen when it is reviewed.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void The_library_s_is_the_one_that_was_reviewed() => Require(typeof(MsfModel));

    [Fact]
    public void The_server_s_is_the_one_that_was_reviewed() => Require(typeof(MsfServer));

    private static void Require(Type one)
    {
        var options = new ApiGeneratorOptions { IncludeAssemblyAttributes = false, DenyNamespacePrefixes = [] };
        Checkout.RequireGenerated($"docs/api/{one.Assembly.GetName().Name}.cs.txt", one.Assembly.GeneratePublicApi(options).ReplaceLineEndings("\n") + "\n");
    }
}
