using Google.Protobuf;

namespace Ccr.Tests.Telemetry;

/// <summary>A span as it came over OTLP (opentelemetry/proto/trace/v1/trace.proto), read field by field.</summary>
internal sealed record OtlpSpan(string Scope)
{
    public string TraceId { get; private set; } = "";

    public string Id { get; private set; } = "";

    public string ParentId { get; private set; } = "";

    public string TraceState { get; private set; } = "";

    public string Name { get; private set; } = "";

    /// <summary>1 internal, 2 server, 3 client.</summary>
    public int Kind { get; private set; }

    /// <summary>2 is an error.</summary>
    public int Status { get; private set; }

    /// <summary>Nanoseconds since 1970.</summary>
    public ulong Start { get; private set; }

    public Dictionary<string, object> Tags { get; } = [];

    public List<(string Name, Dictionary<string, object> Tags)> Events { get; } = [];

    /// <summary>The spans of an export request.</summary>
    public static List<OtlpSpan> ReadAll(byte[] request)
    {
        var spans = new List<OtlpSpan>();
        foreach (var resourceSpans in Messages(request, 1))
        {
            foreach (var scopeSpans in Messages(resourceSpans, 2))
            {
                var scope = Messages(scopeSpans, 1).Select(static s => Text(s, 1)).FirstOrDefault("");
                spans.AddRange(Messages(scopeSpans, 2).Select(s => Read(s, scope)));
            }
        }

        return spans;
    }

    private static OtlpSpan Read(byte[] bytes, string scope)
    {
        var span = new OtlpSpan(scope);
        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is > 0 and var tag)
        {
            switch (tag >> 3)
            {
                case 1: span.TraceId = Convert.ToHexStringLower(input.ReadBytes().Span); break;
                case 2: span.Id = Convert.ToHexStringLower(input.ReadBytes().Span); break;
                case 3: span.TraceState = input.ReadString(); break;
                case 4: span.ParentId = Convert.ToHexStringLower(input.ReadBytes().Span); break;
                case 5: span.Name = input.ReadString(); break;
                case 6: span.Kind = input.ReadEnum(); break;
                case 7: span.Start = input.ReadFixed64(); break;
                case 9: ReadTag(input.ReadBytes().ToByteArray(), span.Tags); break;
                case 11:
                    var bytesOfEvent = input.ReadBytes().ToByteArray();
                    var tags = new Dictionary<string, object>();
                    foreach (var one in Messages(bytesOfEvent, 3))
                    {
                        ReadTag(one, tags);
                    }

                    span.Events.Add((Text(bytesOfEvent, 2), tags));
                    break;
                case 15:
                    var status = new CodedInputStream(input.ReadBytes().ToByteArray());
                    while (status.ReadTag() is > 0 and var part)
                    {
                        if (part >> 3 == 3)
                        {
                            span.Status = status.ReadEnum();
                        }
                        else
                        {
                            status.SkipLastField();
                        }
                    }

                    break;
                default: input.SkipLastField(); break;
            }
        }

        return span;
    }

    private static void ReadTag(byte[] bytes, Dictionary<string, object> tags) => tags[Text(bytes, 1)] = Messages(bytes, 2).Select(Value).First();

    private static object Value(byte[] bytes)
    {
        var input = new CodedInputStream(bytes);
        return (input.ReadTag() >> 3) switch
        {
            1 => input.ReadString(),
            2 => input.ReadBool(),
            3 => input.ReadInt64(),
            4 => input.ReadDouble(),
            5 => string.Join(',', Messages(input.ReadBytes().ToByteArray(), 1).Select(Value)),
            _ => "",
        };
    }

    private static string Text(byte[] message, int field) => Messages(message, field).Select(static m => System.Text.Encoding.UTF8.GetString(m)).FirstOrDefault("");

    private static List<byte[]> Messages(byte[] message, int field)
    {
        var found = new List<byte[]>();
        var input = new CodedInputStream(message);
        while (input.ReadTag() is > 0 and var tag)
        {
            if (tag >> 3 == field && (tag & 7) == 2)
            {
                found.Add(input.ReadBytes().ToByteArray());
            }
            else
            {
                input.SkipLastField();
            }
        }

        return found;
    }
}
