using System.Text.Json;
using Ccr.Simulator.Answers;
using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Dialects;

/// <summary>OpenAI's counting of input tokens: any path that ends in <c>/responses/input_tokens</c>. Never streams.</summary>
internal sealed class ResponsesInputTokensDialect(ResponsesDialect responses) : IDialect
{
    public string RequestIdHeader => responses.RequestIdHeader;

    public bool Owns(string path) => path.EndsWith("/responses/input_tokens", StringComparison.Ordinal);

    public string ReadModel(string path, JsonElement body) => responses.ReadModel(path, body);

    public Conversation Read(string path, JsonElement body, Script script) => ResponsesDialect.ReadConversation(body, script.Strict);

    public void WriteStream(FrameWriter frames, Answer answer) => responses.WriteStream(frames, answer);

    public void WriteWhole(Utf8JsonWriter json, Answer answer)
    {
        json.WriteString("object", "response.input_tokens");
        json.WriteNumber("input_tokens", answer.Usage.Input);
    }

    public void WriteError(Utf8JsonWriter json, ErrorReply error) => responses.WriteError(json, error);

    public void WriteErrorEvent(FrameWriter frames, Answer answer, ErrorReply error) => responses.WriteErrorEvent(frames, answer, error);
}
