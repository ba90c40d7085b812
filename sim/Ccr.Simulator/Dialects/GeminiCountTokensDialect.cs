using System.Text.Json;
using Ccr.Simulator.Answers;
using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Dialects;

/// <summary>Gemini's counting of input tokens: any path that ends in <c>:countTokens</c>. Never streams.</summary>
internal sealed class GeminiCountTokensDialect(GeminiDialect gemini) : IDialect
{
    public string RequestIdHeader => gemini.RequestIdHeader;

    public bool HasRetryInBody => gemini.HasRetryInBody;

    public bool Owns(string path) => path.EndsWith(":countTokens", StringComparison.Ordinal);

    public string ReadModel(string path, JsonElement body) => gemini.ReadModel(path, body);

    /// <summary>The contents are the body's own, or a whole request stands in it.</summary>
    public Conversation Read(string path, JsonElement body, Script script)
    {
        var request = body.Either("generateContentRequest");
        return GeminiDialect.ReadConversation(ReadModel(path, body), request.ValueKind == JsonValueKind.Object ? request : body, script);
    }

    public void WriteStream(FrameWriter frames, Answer answer) => gemini.WriteStream(frames, answer);

    public void WriteWhole(Utf8JsonWriter json, Answer answer) => json.WriteNumber("totalTokens", answer.Usage.Input);

    public void WriteError(Utf8JsonWriter json, ErrorReply error) => gemini.WriteError(json, error);

    public void WriteErrorEvent(FrameWriter frames, Answer answer, ErrorReply error) => gemini.WriteErrorEvent(frames, answer, error);
}
