using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>
/// Writes a canonical request as an OpenAI Chat Completions body. The order of things follows what strict servers demand: every tool call is answered at
/// once and in order, before anything else the person said; one assistant message per turn; no empty lists.
/// </summary>
public static class ChatRequestEncoder
{
    /// <summary>Writes the body for a target; what the protocol cannot say goes into the loss report.</summary>
    /// <exception cref="RequestFormatException">The request holds something that nothing in this protocol could stand for.</exception>
    public static void Encode(CanonicalRequest request, TargetOptions target, IBufferWriter<byte> output, LossReport loss)
    {
        var json = new RawJsonWriter(output);
        json.Raw("{\"model\":"u8);
        json.Quoted(target.Model);
        json.Raw(",\"messages\":["u8);
        new ChatMessagesWriter(request, target, json, loss).Write();
        json.Raw("]"u8);
        new ChatParametersWriter(request, target, json, loss).Write();
        new ChatToolsWriter(request, target, json, loss).Write();
        if (request.Stream)
        {
            // Without include_usage most servers send no token counts on a stream.
            json.Raw(",\"stream\":true,\"stream_options\":{\"include_usage\":true}"u8);
        }

        foreach (var extension in request.Extensions)
        {
            if (request.Dialect != Dialect.OpenAIChat)
            {
                loss.Dropped(extension.Key, "Chat Completions has no such field.");
                continue;
            }

            json.Raw(","u8);
            json.Quoted(extension.Key);
            json.Raw(":"u8);
            json.Raw(extension.Value.Span);
        }

        json.Raw("}"u8);
    }
}
