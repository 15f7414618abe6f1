using System.Reflection;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Msf.Cli.Tests.Documentation.Api;

/// <summary>What assemblies offer to those who use them: public types and their members, as the compiler sees them, with their comments.</summary>
internal sealed class ApiLibrary
{
    private readonly CSharpCompilation _compilation;
    private readonly Dictionary<string, DocumentationFile> _documentation;
    private readonly List<IAssemblySymbol> _assemblies;

    /// <summary>Reads the assemblies; what they refer to is found beside the tests.</summary>
    internal ApiLibrary(params Assembly[] assemblies)
    {
        var own = assemblies.Select(assembly => MetadataReference.CreateFromFile(assembly.Location)).ToList();
        var others = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(path => assemblies.All(assembly => assembly.Location != path));
        _compilation = CSharpCompilation.Create("api", references: [.. own, .. others.Select(path => MetadataReference.CreateFromFile(path))]);
        _assemblies = [.. own.Select(reference => (IAssemblySymbol)_compilation.GetAssemblyOrModuleSymbol(reference)!)];
        _documentation = assemblies.ToDictionary(assembly => assembly.GetName().Name!, assembly => new DocumentationFile(assembly), StringComparer.Ordinal);
    }

    /// <summary>All public types, those in others too, by namespace and name.</summary>
    internal IEnumerable<INamedTypeSymbol> Types => _assemblies.SelectMany(assembly => Within(assembly.GlobalNamespace))
        .OrderBy(type => type.ContainingNamespace.ToDisplayString(), StringComparer.Ordinal).ThenBy(type => type.ToDisplayString(ApiSignature.Name), StringComparer.Ordinal);

    /// <summary>The members of a type that a user can call, override or read, in the order of constructors, values, properties, methods, operators and events, each in that of the source.</summary>
    internal static IEnumerable<ISymbol> Members(INamedTypeSymbol type) => type.TypeKind == TypeKind.Delegate ? [] : type.GetMembers().Where(member => IsOffered(type, member)).OrderBy(member => member switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor } => 0,
        IFieldSymbol => 1,
        IPropertySymbol => 2,
        IMethodSymbol { MethodKind: MethodKind.Ordinary } => 3,
        IMethodSymbol => 4,
        _ => 5,
    });

    /// <summary>The constructor with which a record is declared, whose parameters are its properties; null where there is none.</summary>
    internal static IMethodSymbol? Positional(INamedTypeSymbol type) => !ApiSignature.IsRecord(type) ? null : type.InstanceConstructors
        .FirstOrDefault(constructor => constructor.Parameters.Length > 0 && constructor.Parameters.All(parameter => type.GetMembers(parameter.Name).OfType<IPropertySymbol>().Any()));

    /// <summary>The comment as the compiler wrote it, what it inherits not looked up.</summary>
    internal XElement? Comment(ISymbol symbol) =>
        symbol.GetDocumentationCommentId() is { } identifier && _documentation.TryGetValue(symbol.ContainingAssembly?.Name ?? "", out var file) ? file.Comment(identifier) : null;

    /// <summary>The type or member that a comment refers to; null where it is of none of the assemblies known.</summary>
    internal ISymbol? Find(string identifier) => DocumentationCommentId.GetFirstSymbolForDeclarationId(identifier, _compilation);

    /// <summary>Whether something is of the assemblies that this is about.</summary>
    internal bool Holds(ISymbol symbol) => _documentation.ContainsKey(symbol.ContainingAssembly?.Name ?? "");

    private static IEnumerable<INamedTypeSymbol> Within(INamespaceOrTypeSymbol parent) => parent.GetMembers().OfType<INamespaceOrTypeSymbol>()
        .Where(child => child is INamespaceSymbol || child.DeclaredAccessibility == Accessibility.Public)
        .SelectMany(child => child is INamedTypeSymbol type ? [type, .. Within(type)] : Within(child));

    private static bool IsOffered(INamedTypeSymbol type, ISymbol member)
    {
        if (member is ITypeSymbol or IMethodSymbol { AssociatedSymbol: not null } or IMethodSymbol { IsOverride: true, Name: "Equals" or "GetHashCode" or "ToString" or "Dispose" }) return false;
        if (member.IsImplicitlyDeclared || member.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "CompilerGeneratedAttribute")) return false;
        if (member is IMethodSymbol { MethodKind: not (MethodKind.Ordinary or MethodKind.Constructor or MethodKind.UserDefinedOperator or MethodKind.Conversion) }) return false;
        if (member is IFieldSymbol { IsConst: false } && type.TypeKind == TypeKind.Enum) return false;
        if (Positional(type) is { } positional && (SymbolEqualityComparer.Default.Equals(member, positional) || member is IPropertySymbol && positional.Parameters.Any(parameter => parameter.Name == member.Name))) return false;
        return member.DeclaredAccessibility is Accessibility.Public
            || member.DeclaredAccessibility is Accessibility.Protected or Accessibility.ProtectedOrInternal && !type.IsSealed;
    }
}
