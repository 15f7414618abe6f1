using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;
using Msf.Runtime;

namespace Msf.Checkpoints;

/// <summary>
/// Reads the JSON of a safetensors header token by token: nothing is built that the format does not have, so a hostile header costs no
/// more memory than an honest one of the same length. Throws <see cref="InvalidDataException"/> without the file's name.
/// </summary>
internal ref struct SafetensorsHeaderReader
{
    private const string MetadataKey = "__metadata__";

    // libtorch's element-wise operations stop at 64 dimensions.
    private const int MaxRank = 64;

    // The deepest legal token: the numbers within a shape, in a tensor, in the header.
    private const int MaxDepth = 3;

    private Utf8JsonReader _json;

    private SafetensorsHeaderReader(ReadOnlySpan<byte> json) => _json = new Utf8JsonReader(json, new() { MaxDepth = MaxDepth });

    /// <summary>Reads every entry; offsets are checked against the sizes of their own tensors, not yet against each other.</summary>
    internal static void Read(ReadOnlySpan<byte> json, IDictionary<string, TensorInfo> tensors, IDictionary<string, string> metadata)
    {
        if (json.IsEmpty || json[0] != (byte)'{') throw new InvalidDataException("the header is not a JSON object ('{' expected first)");
        if (!Utf8.IsValid(json)) throw new InvalidDataException("the header is not valid UTF-8");
        try
        {
            new SafetensorsHeaderReader(json).ReadHeader(tensors, metadata);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"the header is not valid JSON at byte {e.BytePositionInLine} of its line {e.LineNumber + 1}", e);
        }
    }

    private void ReadHeader(IDictionary<string, TensorInfo> tensors, IDictionary<string, string> metadata)
    {
        _json.Read();
        var sawMetadata = false;
        while (NextMember(out var name))
        {
            if (name != MetadataKey)
            {
                if (!tensors.TryAdd(name, ReadTensor(name)))
                    throw new InvalidDataException($"tensor {OneLine.Quote(name)} is listed twice");
                continue;
            }
            if (sawMetadata) throw new InvalidDataException($"{MetadataKey} is listed twice");
            sawMetadata = true;
            ReadMetadata(metadata);
        }
        _json.Read();   // throws if anything but white space follows
    }

    private void ReadMetadata(IDictionary<string, string> metadata)
    {
        Begin(JsonTokenType.StartObject, MetadataKey, "an object of strings");
        while (NextMember(out var key))
        {
            _json.Read();
            if (_json.TokenType != JsonTokenType.String)
                throw new InvalidDataException($"{MetadataKey} must map strings to strings, but {OneLine.Quote(key)} is not a string");
            if (!metadata.TryAdd(key, Text())) throw new InvalidDataException($"{MetadataKey} has the key {OneLine.Quote(key)} twice");
        }
    }

    private TensorInfo ReadTensor(string name)
    {
        var what = $"tensor {OneLine.Quote(name)}";
        Begin(JsonTokenType.StartObject, what, "an object with dtype, shape and data_offsets");
        string? type = null;
        ImmutableArray<long> shape = default, offsets = default;
        while (NextMember(out var member))
        {
            var twice = false;
            switch (member)
            {
                case "dtype":
                    twice = type is not null;
                    Begin(JsonTokenType.String, $"dtype of {what}", "a string");
                    type = Text();
                    break;
                case "shape":
                    twice = !shape.IsDefault;
                    shape = ReadIntegers($"shape of {what}", MaxRank);
                    break;
                case "data_offsets":
                    twice = !offsets.IsDefault;
                    offsets = ReadIntegers($"data_offsets of {what}", 2);
                    break;
                default:
                    throw new InvalidDataException($"{what} has the unknown member {OneLine.Quote(member)}");
            }
            if (twice) throw new InvalidDataException($"{what} has the member {member} twice");
        }
        var missing = type is null ? "dtype" : shape.IsDefault ? "shape" : offsets.IsDefault ? "data_offsets" : null;
        if (missing is not null) throw new InvalidDataException($"{what} has no {missing}");
        return Check(what, type!, shape, offsets);
    }

    private static TensorInfo Check(string what, string type, ImmutableArray<long> shape, ImmutableArray<long> offsets)
    {
        if (!SafetensorsDataTypes.TryParse(type, out var scalarType))
            throw new InvalidDataException($"{what} has dtype {OneLine.Quote(type)}; supported are {SafetensorsDataTypes.Names}");
        if (offsets.Length != 2)
            throw new InvalidDataException($"data_offsets of {what} has {offsets.Length} numbers, expected begin and end");
        if (offsets[0] > offsets[1]) throw new InvalidDataException($"{what} ends at byte {offsets[1]}, before its begin at {offsets[0]}");
        var needed = ShapeGuard.ByteLength(shape.AsSpan(), SafetensorsDataTypes.SizeOf(scalarType))
            ?? throw new InvalidDataException($"{what} has shape {ShapeGuard.Format(shape.AsSpan())}, more bytes than 64 bits can count");
        if (offsets[1] - offsets[0] != needed)
            throw new InvalidDataException(
                $"{what} of dtype {type} and shape {ShapeGuard.Format(shape.AsSpan())} needs {needed} bytes, "
                + $"but its offsets span {offsets[1] - offsets[0]}");
        return new TensorInfo(scalarType, shape, offsets[0], offsets[1]);
    }

    private ImmutableArray<long> ReadIntegers(string what, int atMost)
    {
        Begin(JsonTokenType.StartArray, what, "an array of integers");
        var values = ImmutableArray.CreateBuilder<long>();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (values.Count == atMost) throw new InvalidDataException($"{what} has more than {atMost} numbers");
            if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt64(out var value) || value < 0)
                throw new InvalidDataException($"{what} must be integers from 0 to 2^63-1");
            values.Add(value);
        }
        return values.ToImmutable();
    }

    /// <summary>Advances to the next member of the current object; false at its end.</summary>
    private bool NextMember(out string name)
    {
        _json.Read();
        name = _json.TokenType == JsonTokenType.PropertyName ? Text() : "";
        return _json.TokenType == JsonTokenType.PropertyName;
    }

    private void Begin(JsonTokenType expected, string what, string description)
    {
        _json.Read();
        if (_json.TokenType != expected) throw new InvalidDataException($"{what} is not {description}");
    }

    private readonly string Text()
    {
        try
        {
            return _json.GetString()!;
        }
        catch (InvalidOperationException e)   // an escaped lone surrogate
        {
            throw new InvalidDataException("the header has a string that is not valid Unicode", e);
        }
    }
}
