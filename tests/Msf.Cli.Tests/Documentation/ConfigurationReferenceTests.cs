using System.Text;
using Msf.Evaluation;
using Msf.Training;

namespace Msf.Cli.Tests.Documentation;

/// <summary><c>docs/configuration.md</c> is what the records say of themselves.</summary>
public sealed class ConfigurationReferenceTests
{
    [Fact]
    public void The_reference_of_the_configurations_is_what_the_records_say()
    {
        var page = new StringBuilder();
        page.Append("# Configuration\n\nEvery member of the configuration files, from the records that read them; this page is generated. Files are JSON, comments allowed; unknown members are refused.\n");
        page.Append("`msf train --set PATH=VALUE` sets a member by its path, for example `training.batchSize=32` or `model.stages.1.width=64`. Presets: [configs/](../configs).\n");
        new RecordReference(page, typeof(RunConfig), "A diffusion model", "`msf train --config FILE`, where the file has a member `model`.").Write();
        new RecordReference(page, typeof(AutoencoderRunConfig), "An autoencoder", "`msf train --config FILE`, where the file has a member `autoencoder`.").Write();
        new RecordReference(page, typeof(ClassifierRunConfig), "A classifier", "`msf train --config FILE`, where the file has a member `classifier`.").Write();
        new RecordReference(page, typeof(ComparisonConfig), "A comparison", "`msf compare --config FILE` ([comparing.md](comparing.md)).").Write();
        Checkout.RequireGenerated("docs/configuration.md", page.ToString());
    }
}
