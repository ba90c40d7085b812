using System.Buffers;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Routing;

/// <summary>Puts parameters into a request's body under the names that its dialect has for them; every other byte stays.</summary>
internal static class BodyEdits
{
    /// <summary>The body with the parameters; null when there is nothing to change.</summary>
    /// <param name="body">The body.</param>
    /// <param name="dialect">What it is written in.</param>
    /// <param name="parameters">What to set.</param>
    /// <param name="replaces">True sets them over the client's own, false only where it sent none.</param>
    public static byte[]? Set(ReadOnlySpan<byte> body, Dialect dialect, IReadOnlyList<BodyParameter> parameters, bool replaces)
    {
        if (dialect != Dialect.Gemini)
        {
            var top = new List<BodyParameter>(parameters.Count);
            foreach (var parameter in parameters)
            {
                top.Add(parameter with { Name = NameIn(dialect, parameter.Name, body) });
            }

            return Edit(body, 0, top, replaces);
        }

        return SetGemini(body, parameters, replaces);
    }

    private static string NameIn(Dialect dialect, string name, ReadOnlySpan<byte> body) => (dialect, name) switch
    {
        (Dialect.OpenAIResponses, "max_tokens") => "max_output_tokens",
        (Dialect.OpenAIChat, "max_tokens") when ValueOf(body, 0, "max_completion_tokens").Length > 0 => "max_completion_tokens",
        _ => name,
    };

    private static byte[]? SetGemini(ReadOnlySpan<byte> body, IReadOnlyList<BodyParameter> parameters, bool replaces)
    {
        var top = new List<BodyParameter>();
        var inner = new List<BodyParameter>();
        foreach (var parameter in parameters)
        {
            var name = parameter.Name switch { "max_tokens" => "maxOutputTokens", "temperature" => "temperature", "top_p" => "topP", "top_k" => "topK", "stop" => "stopSequences", _ => null };
            (name is null ? top : inner).Add(name is null ? parameter : parameter with { Name = name });
        }

        byte[]? result = null;
        if (inner.Count > 0)
        {
            var config = ValueOf(body, 0, "generationConfig");
            config = config.Length > 0 ? config : ValueOf(body, 0, "generation_config");
            if (config.Length > 0 && body[config.Start] == '{')
            {
                result = Edit(body, config.Start, inner, replaces);
            }
            else
            {
                top.Add(new("generationConfig", Edit("{}"u8, 0, inner, replaces)!));
            }
        }

        return top.Count > 0 ? Edit(result ?? body, 0, top, replaces) ?? result : result;
    }

    /// <summary>Where the value of a member of an object is; length 0 when it has none.</summary>
    private static (int Start, int Length) ValueOf(ReadOnlySpan<byte> body, int objectAt, string name)
    {
        (int, int) found = default;
        var reader = new Utf8JsonReader(body[objectAt..], new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isName = reader.ValueTextEquals(name);
            reader.Read();
            var start = objectAt + (int)reader.TokenStartIndex;
            reader.Skip();
            if (isName)
            {
                found = (start, objectAt + (int)reader.BytesConsumed - start);
            }
        }

        return found;
    }

    private static byte[]? Edit(ReadOnlySpan<byte> body, int objectAt, List<BodyParameter> parameters, bool replaces)
    {
        var replaced = new List<(int Start, int Length, byte[] Json)>();
        var added = new List<BodyParameter>();
        foreach (var parameter in parameters)
        {
            var (start, length) = ValueOf(body, objectAt, parameter.Name);
            if (length == 0)
            {
                added.Add(parameter);
            }
            else if (replaces)
            {
                replaced.Add((start, length, parameter.Json));
            }
        }

        if (replaced.Count + added.Count == 0)
        {
            return null;
        }

        var output = new ArrayBufferWriter<byte>(body.Length + 256);
        var open = objectAt + body[objectAt..].IndexOf((byte)'{') + 1;
        output.Write(body[..open]);
        var rest = body[open..].TrimStart(" \t\r\n"u8);
        for (var i = 0; i < added.Count; i++)
        {
            using (var name = new Utf8JsonWriter(output))
            {
                name.WriteStringValue(added[i].Name);
            }

            output.Write(":"u8);
            output.Write(added[i].Json);
            output.Write(i + 1 < added.Count || rest[0] != '}' ? ","u8 : default);
        }

        replaced.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        var from = open;
        foreach (var (start, length, json) in replaced)
        {
            output.Write(body[from..start]);
            output.Write(json);
            from = start + length;
        }

        output.Write(body[from..]);
        return output.WrittenSpan.ToArray();
    }
}
