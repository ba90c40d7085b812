using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ccr.Simulator.Dialects;

/// <summary>Renders events, one behind the other, into one buffer: server-sent ones, or the items of one JSON array.</summary>
/// <param name="asArray">The events are items of an array, which its dialect closes with <see cref="WriteArrayEnd"/>.</param>
internal sealed class FrameWriter(bool asArray = false) : IDisposable
{
    /// <summary>As providers write JSON: UTF-8 as it is, escaped only where JSON needs it.</summary>
    public static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _bytes = new(8192);
    private readonly List<Frame> _frames = [];
    private Utf8JsonWriter? _json;

    /// <summary>The events are items of an array.</summary>
    public bool IsArray => asArray;

    public IReadOnlyList<Frame> Frames => _frames;

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    /// <summary>An event with a JSON object as data. <paramref name="name"/> null: no <c>event:</c> line.</summary>
    public void Write(FrameKind kind, string? name, Action<Utf8JsonWriter> properties)
    {
        var start = _bytes.WrittenCount;
        if (asArray)
        {
            Append(_frames.Count == 0 ? "["u8 : ",\r\n"u8);
        }
        else if (name is not null)
        {
            Append("event: "u8);
            Append(Encoding.UTF8.GetBytes(name));
            Append("\n"u8);
        }

        Append(asArray ? ""u8 : "data: "u8);
        _json ??= new Utf8JsonWriter(_bytes, Plain);
        _json.Reset();
        _json.WriteStartObject();
        properties(_json);
        _json.WriteEndObject();
        _json.Flush();
        Append("\n\n"u8);
        Add(kind, start);
    }

    /// <summary>An event as it is, without its blank line.</summary>
    public void WriteRaw(FrameKind kind, ReadOnlySpan<byte> lines)
    {
        var start = _bytes.WrittenCount;
        Append(lines);
        Append("\n\n"u8);
        Add(kind, start);
    }

    /// <summary>The end of the array.</summary>
    public void WriteArrayEnd() => WriteRaw(FrameKind.Done, _frames.Count == 0 ? "[]"u8 : "]"u8);

    /// <summary>Removes all events from an index on.</summary>
    public void KeepFirst(int count) => _frames.RemoveRange(count, _frames.Count - count);

    /// <summary>Removes events by kind.</summary>
    public void Remove(Predicate<FrameKind> match) => _frames.RemoveAll(f => match(f.Kind));

    /// <summary>Replaces an event by the same with only half of its data.</summary>
    public void Break(int index)
    {
        var frame = _frames[index];
        var lines = _bytes.WrittenSpan.Slice(frame.Start, frame.Length - 2);
        var data = asArray ? 1 : lines.LastIndexOf("data: "u8) + 6;
        WriteRaw(frame.Kind, lines[..(data + (lines.Length - data) / 2)].ToArray());
        _frames[index] = _frames[^1];
        _frames.RemoveAt(_frames.Count - 1);
    }

    public void Dispose() => _json?.Dispose();

    private void Append(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    private void Add(FrameKind kind, int start) => _frames.Add(new Frame(kind, start, _bytes.WrittenCount - start));
}
