using System.Text.Json;
using Ccr.Simulator.Answers;
using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Dialects;

/// <summary>Anthropic's counting of input tokens: any path that ends in <c>/messages/count_tokens</c>. Never streams.</summary>
internal sealed class AnthropicCountTokensDialect(AnthropicDialect messages) : IDialect
{
    public string RequestIdHeader => messages.RequestIdHeader;

    public bool Owns(string path) => path.EndsWith("/messages/count_tokens", StringComparison.Ordinal);

    public string ReadModel(string path, JsonElement body) => messages.ReadModel(path, body);

    public Conversation Read(string path, JsonElement body, Script script) => AnthropicDialect.ReadConversation(body, script.Strict);

    public void WriteStream(FrameWriter frames, Answer answer) => messages.WriteStream(frames, answer);

    public void WriteWhole(Utf8JsonWriter json, Answer answer) => json.WriteNumber("input_tokens", answer.Usage.Input);

    public void WriteError(Utf8JsonWriter json, ErrorReply error) => messages.WriteError(json, error);

    public void WriteErrorEvent(FrameWriter frames, Answer answer, ErrorReply error) => messages.WriteErrorEvent(frames, answer, error);
}
