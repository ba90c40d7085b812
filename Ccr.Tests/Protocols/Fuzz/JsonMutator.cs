using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>Changes a JSON document where it hurts: other types, nulls, missing, double and unknown members, deep nesting, odd strings and numbers.</summary>
internal static class JsonMutator
{
    private static readonly string[] Literals =
    [
        "null", "null", "true", "false", "0", "-1", "1", "1.5", "1e400", "-0", "9223372036854775807", "9223372036854775808", "123456789012345678901234567890", "1.0",
        "\"\"", "\" \"", "\"\\n\"", "\"x\"", "\"\\ud800\"", "\"\\udc00\\ud83d\"", "\"\\ud83d\\ude00\"", "\"\\u0000\"", "\"\\u0022\"", "\"\\/\"", "\"a b\\\"c\\\\\"",
        "[]", "{}", "[[]]", "[null]", "[{}]", "[\"x\"]", "[1,\"2\"]", "{\"type\":\"x\"}", "{\"type\":\"text\",\"text\":\"t\"}", "{\"\":\"\"}", "{\"a\":{\"b\":[1]}}", "[{\"type\":\"text\",\"text\":\"\"}]",
        "\"[DONE]\"", "\"null\"", "\"{\"", "\"{}\"", "\"{\\\"a\\\":1}\"", "\"[]\"", "\"data:image/png;base64,AAAA\"", "\"https://example.com/x\"", "\"data:,\"", "\"rt1.\"", "\"rt1.AAAA\"",
        "\"user\"", "\"assistant\"", "\"system\"", "\"tool\"", "\"model\"", "\"developer\"", "\"function\"", "\"text\"", "\"tool_use\"", "\"tool_result\"", "\"thinking\"", "\"redacted_thinking\"",
        "\"image\"", "\"document\"", "\"stop\"", "\"length\"", "\"tool_calls\"", "\"end_turn\"", "\"max_tokens\"", "\"function_call\"", "\"function_call_output\"", "\"reasoning\"", "\"message\"",
        "\"custom\"", "\"web_search\"", "\"auto\"", "\"none\"", "\"required\"", "\"any\"", "\"STOP\"", "\"MAX_TOKENS\"", "\"high\"", "\"call_1\"", "\"functions.x:0\"", "\"a id with blanks\"",
        "\"custom_tool_call\"", "\"item_reference\"", "\"input_text\"", "\"output_text\"", "\"refusal\"", "\"server_tool_use\"", "\"web_search_call\"", "\"object\"", "\"json_schema\"", "\"file\"",
    ];

    private static readonly string[] Names =
    [
        "zz", "type", "content", "role", "id", "name", "text", "input", "arguments", "tool_calls", "function", "parts", "thought", "thoughtSignature", "functionCall", "functionResponse", "delta",
        "choices", "index", "usage", "error", "finish_reason", "tool_use_id", "tool_call_id", "call_id", "cache_control", "signature", "output", "refusal", "reasoning_content", "reasoning", "tools", "model",
        "parameters", "stream", "system", "messages", "contents", "reasoning_details", "summary", "status", "item", "", "é",
    ];

    /// <summary>A random JSON value.</summary>
    public static byte[] Literal(Random random)
    {
        switch (random.Next(60))
        {
            case 0:
                return Nest(random, random.Next(2) == 0 ? 62 : 300);
            case 1:
                return Encoding.UTF8.GetBytes($"\"{new string('x', random.Next(1, 5000))}\"");
            case 2:
                return Encoding.UTF8.GetBytes($"\"{new string('i', random.Next(30, 80))}\"");
            case 3 or 4:
                var envelope = new ReasoningEnvelope
                {
                    Origin = (Dialect)random.Next(4),
                    Provider = random.Next(2) == 0 ? "p" : null,
                    ItemId = random.Next(2) == 0 ? "rs_1" : null,
                    Data = random.Next(4) == 0 ? "" : "data\"\\é",
                    BelongsToNext = random.Next(3) == 0,
                };
                return [(byte)'"', .. envelope.Seal(), (byte)'"'];
            default:
                return Encoding.UTF8.GetBytes(Literals[random.Next(Literals.Length)]);
        }
    }

    /// <summary>The document with one change; what is no JSON is changed as bytes.</summary>
    public static byte[] Mutate(byte[] json, Random random)
    {
        var values = Values(json);
        if (values.Count == 0)
        {
            return ByteMutator.Mutate(json, random);
        }

        var value = values[random.Next(values.Count)];
        var bytes = json.AsSpan(value.Start, value.End - value.Start);
        switch (random.Next(11))
        {
            case 0 or 1 or 2:
                return Splice(json, value.Start, value.End, Literal(random));
            case 3:
                var other = values[random.Next(values.Count)];
                return Splice(json, value.Start, value.End, json.AsSpan(other.Start, other.End - other.Start));
            case 4 or 5:
                return Without(json, value);
            case 6:
                var from = value.Name >= 0 ? value.Name : value.Start;
                return value.Start == 0 ? json : Splice(json, value.End, value.End, [(byte)',', .. json.AsSpan(from, value.End - from)]);
            case 7 when bytes[0] == '{':
                var name = Names[random.Next(Names.Length)];
                return Splice(json, value.Start + 1, value.Start + 1, [.. Encoding.UTF8.GetBytes($"\"{name}\":"), .. Literal(random), .. bytes[1..].TrimStart(" \n\r\t"u8)[0] == '}' ? ""u8 : ","u8]);
            case 8 when value.Name >= 0:
                return Splice(json, value.Name, json.AsSpan(value.Name + 1).IndexOf((byte)'"') + value.Name + 2, Encoding.UTF8.GetBytes($"\"{Names[random.Next(Names.Length)]}\""));
            case 9 when bytes[0] == '"':
                string[] odd = ["\\ud800", "\\n", "\\u0000", "</think>", "<think>", " ", "\\\"", "\\\\", "😀", "\\ud83d\\ude00", "\u2028", "data: "];
                var at = random.Next(2) == 0 ? value.Start + 1 : value.End - 1;
                return Splice(json, at, at, Encoding.UTF8.GetBytes(odd[random.Next(odd.Length)]));
            default:
                return random.Next(2) == 0
                    ? Splice(json, value.Start, value.End, [(byte)'[', .. bytes, (byte)']'])
                    : Splice(json, value.Start, value.End, [.. "{\"x\":"u8, .. bytes, (byte)'}']);
        }
    }

    private static byte[] Nest(Random random, int depth)
    {
        var text = new StringBuilder();
        var objects = random.Next(2) == 0;
        for (var i = 0; i < depth; i++)
        {
            text.Append(objects ? "{\"a\":" : "[");
        }

        text.Append('1');
        return Encoding.UTF8.GetBytes(text.Append(objects ? '}' : ']', depth).ToString());
    }

    private static byte[] Without(byte[] json, (int Start, int End, int Name) value)
    {
        var start = value.Name >= 0 ? value.Name : value.Start;
        var end = value.End;
        while (end < json.Length && json[end] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            end++;
        }

        if (end < json.Length && json[end] == ',')
        {
            end++;
        }
        else
        {
            while (start > 0 && json[start - 1] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            {
                start--;
            }

            start -= start > 0 && json[start - 1] == ',' ? 1 : 0;
        }

        return Splice(json, start, end, default);
    }

    private static byte[] Splice(ReadOnlySpan<byte> json, int start, int end, ReadOnlySpan<byte> with) => [.. json[..start], .. with, .. json[end..]];

    private static List<(int Start, int End, int Name)> Values(byte[] json)
    {
        var values = new List<(int Start, int End, int Name)>();
        var open = new Stack<(int Start, int Name)>();
        var reader = new Utf8JsonReader(json, new() { MaxDepth = 1000 });
        var name = -1;
        try
        {
            while (reader.Read())
            {
                var start = (int)reader.TokenStartIndex;
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        name = start;
                        continue;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push((start, name));
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        var begun = open.Pop();
                        values.Add((begun.Start, (int)reader.BytesConsumed, begun.Name));
                        break;
                    default:
                        values.Add((start, (int)reader.BytesConsumed, name));
                        break;
                }

                name = -1;
            }
        }
        catch (JsonException)
        {
            values.Clear();
        }

        return values;
    }
}
