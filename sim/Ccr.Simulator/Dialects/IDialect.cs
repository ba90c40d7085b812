using System.Text.Json;
using Ccr.Simulator.Answers;

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

    /// <summary>The model that the request asks for; throws <see cref="RefusedException"/> when there is none.</summary>
    string ReadModel(string path, JsonElement body);

    /// <summary>The request in no dialect; throws <see cref="RefusedException"/> for what real providers refuse, and for more of it when strict.</summary>
    Conversation Read(string path, JsonElement body, bool strict);

    /// <summary>The answer as events.</summary>
    void WriteStream(FrameWriter frames, Answer answer);

    /// <summary>The answer as one JSON document.</summary>
    void WriteWhole(Utf8JsonWriter json, Answer answer);

    /// <summary>An error as one JSON document.</summary>
    void WriteError(Utf8JsonWriter json, ErrorReply error);

    /// <summary>An error as an event in a stream that has begun.</summary>
    void WriteErrorEvent(FrameWriter frames, ErrorReply error);
}
