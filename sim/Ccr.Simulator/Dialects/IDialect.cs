using System.Text.Json;
using Ccr.Simulator.Answers;
using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Dialects;

/// <summary>
/// One provider protocol: everything that differs between protocols is behind this interface, so a new one is one class and
/// one line in <see cref="DialectTable"/>.
/// </summary>
internal interface IDialect
{
    /// <summary>The response header that carries the request's id.</summary>
    string RequestIdHeader { get; }

    /// <summary>True when a POST to this path speaks the dialect.</summary>
    bool Owns(string path);

    /// <summary>How long to wait is told in the error's body instead of the header <c>retry-after</c>.</summary>
    bool HasRetryInBody => false;

    /// <summary>The path with what else of the address the dialect reads: what it gets as <c>path</c> below.</summary>
    string Target(HttpRequest request, string path) => path;

    /// <summary>The model that the request asks for; throws <see cref="RefusedException"/> when there is none.</summary>
    string ReadModel(string path, JsonElement body);

    /// <summary>The request in no dialect; throws <see cref="RefusedException"/> for what real providers refuse, and for more of it when the script is strict.</summary>
    Conversation Read(string path, JsonElement body, Script script);

    /// <summary>The answer as events.</summary>
    void WriteStream(FrameWriter frames, Answer answer);

    /// <summary>The answer as one JSON document.</summary>
    void WriteWhole(Utf8JsonWriter json, Answer answer);

    /// <summary>An error as one JSON document.</summary>
    void WriteError(Utf8JsonWriter json, ErrorReply error);

    /// <summary>An error as an event in a stream that has begun.</summary>
    void WriteErrorEvent(FrameWriter frames, Answer answer, ErrorReply error);
}
