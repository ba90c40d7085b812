using System.Buffers;
using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>What an answer needs of its request, copied when the answer begins, because the request's memory is released before it ends.</summary>
internal sealed class ResponsesEcho
{
    private readonly List<Tool> _tools = [];

    /// <summary>Copies what is needed.</summary>
    public ResponsesEcho(CanonicalRequest request)
    {
        foreach (var tool in request.Tools)
        {
            var shim = tool is { Kind: ToolKind.ClientTyped, Dialect: Dialect.OpenAIResponses } ? ResponsesShim.OfTool(tool.Type.Span) : null;
            if (tool.Kind == ToolKind.Custom || !tool.Namespace.IsEmpty || shim is not null)
            {
                _tools.Add(new(tool.Name.Span.ToArray(), tool.Namespace.Span.ToArray(), tool.LocalName.Span.ToArray(), tool.Kind == ToolKind.Custom, shim));
            }
        }

        var buffer = new ArrayBufferWriter<byte>(1024);
        Write(new(buffer), request);
        Fields = buffer.WrittenMemory;
    }

    /// <summary>The fields of a response that do not come from a request, or are not worth repeating while it goes on; strict clients want them all.</summary>
    public static ReadOnlySpan<byte> Short => "\"instructions\":null,\"metadata\":{},\"parallel_tool_calls\":true,\"temperature\":null,\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":null"u8;

    /// <summary>The same fields as the request has them.</summary>
    public ReadOnlyMemory<byte> Fields { get; }

    /// <summary>The tool of a name when its calls are no plain function calls; null otherwise.</summary>
    public Tool? Find(ReadOnlySpan<byte> name)
    {
        foreach (var tool in _tools)
        {
            if (name.SequenceEqual(tool.Name))
            {
                return tool;
            }
        }

        return null;
    }

    private static void Write(RawJsonWriter json, CanonicalRequest request)
    {
        json.Raw("\"instructions\":null,\"metadata\":"u8);
        Extension(json, request, "metadata", "{}"u8);
        json.Raw(",\"parallel_tool_calls\":"u8);
        json.Raw(request.DisableParallelTools ? "false"u8 : "true"u8);
        json.Raw(",\"temperature\":"u8);
        json.Raw(request.Temperature.IsPresent ? request.Temperature.Span : "null"u8);
        json.Raw(",\"top_p\":"u8);
        json.Raw(request.TopP.IsPresent ? request.TopP.Span : "null"u8);
        json.Raw(",\"max_output_tokens\":"u8);
        if (request.MaxTokens is { } max)
        {
            json.Number(max);
        }
        else
        {
            json.Raw("null"u8);
        }

        json.Raw(",\"previous_response_id\":"u8);
        Extension(json, request, "previous_response_id", "null"u8);
        json.Raw(",\"store\":"u8);
        Extension(json, request, "store", "true"u8);
        json.Raw(",\"reasoning\":{\"effort\":"u8);
        if (request.Effort.IsEmpty)
        {
            json.Raw(request.Thinking == ThinkingMode.Disabled ? "\"none\""u8 : "null"u8);
        }
        else
        {
            json.Escaped(request.Effort.Span);
        }

        json.Raw(",\"summary\":null},\"text\":{"u8);
        ResponsesFormat.Write(json, request);
        if (!request.Verbosity.IsEmpty)
        {
            json.Raw(",\"verbosity\":"u8);
            json.Escaped(request.Verbosity.Span);
        }

        json.Raw("}"u8);
        var choice = new ArrayBufferWriter<byte>(64);
        ResponsesToolWriter.WriteChoice(new(choice), default, request, null);
        json.Raw(",\"tool_choice\":"u8);
        json.Raw(choice.WrittenCount > 0 ? choice.WrittenSpan : "\"auto\""u8);
        if (!ResponsesToolWriter.WriteTools(json, ",\"tools\":["u8, request, null))
        {
            json.Raw(",\"tools\":[]"u8);
        }
    }

    private static void Extension(RawJsonWriter json, CanonicalRequest request, string name, ReadOnlySpan<byte> otherwise)
    {
        var value = request.Dialect == Dialect.OpenAIResponses ? request.Extensions.Find(e => e.Key == name).Value : default;
        json.Raw(value.IsNullOrAbsent ? otherwise : value.Span);
    }

    /// <summary>A tool whose calls are no plain function calls.</summary>
    /// <param name="Name">The flat name.</param>
    /// <param name="Namespace">Its namespace, or empty.</param>
    /// <param name="LocalName">Its name there, or empty.</param>
    /// <param name="IsCustom">True when it takes free text.</param>
    /// <param name="Shim">Its type when it is one of OpenAI's; null otherwise.</param>
    internal sealed record Tool(byte[] Name, byte[] Namespace, byte[] LocalName, bool IsCustom, ResponsesShim? Shim);
}
