using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Msf.Runtime;

namespace Msf.Cli.Tests.Documentation;

/// <summary>A table of the members of a configuration record and of the records in it: name, type, default where there is one, and the summary of its documentation.</summary>
internal sealed class RecordReference(StringBuilder page, Type root, string title, string use)
{
    private static readonly DocumentationFile _documentation = new(typeof(JsonFormat).Assembly);
    private readonly Queue<(Type Type, string Path)> _todo = new();
    private readonly HashSet<Type> _seen = [];

    internal void Write()
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n{use}\n");
        _todo.Enqueue((root, ""));
        _seen.Add(root);
        while (_todo.TryDequeue(out var next)) Table(next.Type, next.Path);
    }

    private void Table(Type type, string path)
    {
        if (path.Length > 0) page.Append(CultureInfo.InvariantCulture, $"\n### `{path}` ({title.ToLowerInvariant()})\n\n{_documentation.Summary(type)}\n");
        page.Append("\n| member | type | default | what |\n|---|---|---|---|\n");
        var instance = Instance(type);
        foreach (var member in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(IsMember))
        {
            var name = JsonNamingPolicy.CamelCase.ConvertName(member.Name);
            page.Append(CultureInfo.InvariantCulture, $"| `{name}` | {TypeName(member.PropertyType)} | {Default(member, instance)} | {Cell(_documentation.Summary(member))} |\n");
            if (Inner(member.PropertyType) is { } inner && _seen.Add(inner)) _todo.Enqueue((inner, (path.Length > 0 ? $"{path}." : "") + name + (member.PropertyType.IsArray ? ".N" : "")));
        }
    }

    private static bool IsMember(PropertyInfo member) =>
        member.SetMethod is not null && member.GetIndexParameters().Length == 0 && member.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always };

    // Required members stay unset; what has a default has it.
    private static object? Instance(Type type) => type.GetConstructor(Type.EmptyTypes)?.Invoke(null);

    private static string Default(PropertyInfo member, object? instance)
    {
        if (member.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute))) return "required";
        if (instance is null || Inner(member.PropertyType) is not null && !member.PropertyType.IsArray) return member.GetValue(instance) is null ? "none" : "";
        var value = JsonSerializer.Serialize(member.GetValue(instance), member.PropertyType, JsonFormat.Line);
        return value == "null" ? "none" : value.Length > 60 ? "" : $"`{value}`";
    }

    // The record that a member holds, if it does.
    private static Type? Inner(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsArray) type = type.GetElementType()!;
        return type.IsClass && type.Namespace?.StartsWith("Msf", StringComparison.Ordinal) == true ? type : null;
    }

    private static string TypeName(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value) return TypeName(value);
        if (type.IsArray) return $"list of {TypeName(type.GetElementType()!)}";
        if (type.IsEnum) return string.Join(", ", Enum.GetNames(type).Select(name => $"`{JsonNamingPolicy.CamelCase.ConvertName(name)}`"));
        if (type == typeof(bool)) return "true or false";
        if (type == typeof(string)) return "text";
        if (type == typeof(double) || type == typeof(float)) return "number";
        if (type == typeof(int) || type == typeof(long)) return "whole number";
        return Inner(type) is not null ? "object" : "members by path";
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
