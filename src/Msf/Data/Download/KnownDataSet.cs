namespace Msf.Data;

/// <summary>A public image set that can be fetched by name.</summary>
public sealed record KnownDataSet
{
    /// <summary>The name to ask for, and that of its folder.</summary>
    public required string Name { get; init; }

    /// <summary>One line: what it holds.</summary>
    public required string Title { get; init; }

    /// <summary>Its page.</summary>
    public required string HomePage { get; init; }

    /// <summary>One line: on what terms it may be used.</summary>
    public required string Licence { get; init; }

    /// <summary>What is fetched.</summary>
    public required IReadOnlyList<DataFile> Files { get; init; }

    /// <summary>What to give as a data source, below the folder of sets; the training part first.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>Where unpacked files go: a pattern of names (* and ?) and folders; files that fit none stay where they are.</summary>
    public IReadOnlyList<(string Pattern, string[] Folders)> Places { get; init; } = [];

    /// <summary>Names of the classes where the files have none, one a line for <c>classes.txt</c> in every source's folder.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>The sets that are known, by name.</summary>
    public static IReadOnlyList<KnownDataSet> All { get; } = KnownDataSets.Create();

    /// <summary>A set by its name; null where none has it.</summary>
    public static KnownDataSet? Find(string name) => All.FirstOrDefault(set => set.Name == name);
}
