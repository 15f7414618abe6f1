using Microsoft.CodeAnalysis;

namespace Msf.Cli.Tests.Documentation.Api;

/// <summary>Declarations as C#, short: types by their names, without namespaces.</summary>
internal static class ApiSignature
{
    /// <summary>A type by its name and those of the types it is in.</summary>
    internal static readonly SymbolDisplayFormat Name = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypes,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private static readonly SymbolDisplayFormat _member = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypes,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeTypeConstraints,
        memberOptions: SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeType | SymbolDisplayMemberOptions.IncludeRef
            | SymbolDisplayMemberOptions.IncludeModifiers | SymbolDisplayMemberOptions.IncludeConstantValue,
        parameterOptions: SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeDefaultValue
            | SymbolDisplayParameterOptions.IncludeParamsRefOut | SymbolDisplayParameterOptions.IncludeExtensionThis,
        propertyStyle: SymbolDisplayPropertyStyle.ShowReadWriteDescriptor,
        extensionMethodStyle: SymbolDisplayExtensionMethodStyle.StaticMethod,
        miscellaneousOptions: Name.MiscellaneousOptions | SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    private static readonly SymbolDisplayFormat _parameter = new(
        Name.GlobalNamespaceStyle, Name.TypeQualificationStyle, Name.GenericsOptions, parameterOptions: _member.ParameterOptions, miscellaneousOptions: _member.MiscellaneousOptions);

    /// <summary>A type's declaration: what it is, its parameters where it is a record of them, and what it derives from.</summary>
    internal static string Of(INamedTypeSymbol type)
    {
        if (type.TypeKind == TypeKind.Delegate) return $"public delegate {Short(type.DelegateInvokeMethod!.ReturnType.ToDisplayString(Name))} {type.ToDisplayString(Name)}({Parameters(type.DelegateInvokeMethod)})";
        var positional = ApiLibrary.Positional(type) is { } constructor ? $"({Parameters(constructor)})" : "";
        var bases = Bases(type).Select(parent => Short(parent.ToDisplayString(Name))).ToList();
        return $"public {Modifiers(type)}{Kind(type)} {type.ToDisplayString(Name)}{positional}{(bases.Count > 0 ? " : " + string.Join(", ", bases) : "")}";
    }

    /// <summary>A member's declaration; that it is public goes without saying.</summary>
    internal static string Of(ISymbol member)
    {
        if (member is IFieldSymbol { ContainingType.TypeKind: TypeKind.Enum }) return member.Name;
        var text = Short(member.ToDisplayString(_member));
        return member.DeclaredAccessibility == Accessibility.Public ? text : $"protected {text}";
    }

    /// <summary>A type's name as text refers to it.</summary>
    internal static string Reference(INamedTypeSymbol type) => Short(type.ToDisplayString(Name));

    /// <summary>Whether a type is a record, as its compiled form tells.</summary>
    internal static bool IsRecord(INamedTypeSymbol type) => type.IsRecord || type is { TypeKind: TypeKind.Struct } && type.GetMembers("PrintMembers").Length > 0;

    // TorchSharp's types are in a type, which programs import.
    private static string Short(string text) => text.Replace("default(CancellationToken)", "default", StringComparison.Ordinal).Replace("torch.nn.", "", StringComparison.Ordinal).Replace("torch.", "", StringComparison.Ordinal);

    private static string Parameters(IMethodSymbol method) => string.Join(", ", method.Parameters.Select(parameter => Short(parameter.ToDisplayString(_parameter))));

    private static string Modifiers(INamedTypeSymbol type) => type switch
    {
        { TypeKind: TypeKind.Struct, IsReadOnly: true } => "readonly ",
        { TypeKind: not TypeKind.Class } => "",
        { IsStatic: true } => "static ",
        { IsAbstract: true } => "abstract ",
        { IsSealed: true } => "sealed ",
        _ => "",
    };

    private static string Kind(INamedTypeSymbol type) => type.TypeKind switch
    {
        TypeKind.Class => IsRecord(type) ? "record" : "class",
        TypeKind.Struct => IsRecord(type) ? "record struct" : "struct",
        TypeKind.Interface => "interface",
        _ => "enum",
    };

    // What another one of them brings with it is left out, and so is what a record always is.
    private static IEnumerable<INamedTypeSymbol> Bases(INamedTypeSymbol type)
    {
        INamedTypeSymbol[] parents = type.BaseType is { SpecialType: SpecialType.None } parent ? [parent] : [];
        INamedTypeSymbol[] own = [.. type.Interfaces.Where(other => other.Name != "IEquatable" && other.DeclaredAccessibility == Accessibility.Public)];
        return [.. parents, .. own.Where(other => !parents.Concat(own).Any(known => known.AllInterfaces.Contains(other, SymbolEqualityComparer.Default)))];
    }
}
