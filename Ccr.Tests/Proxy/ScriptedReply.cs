using System.Text;

namespace Ccr.Tests.Proxy;

/// <summary>What an upstream answers, to the byte: every write is one flush.</summary>
internal sealed record ScriptedReply(int Status, string? ContentType, IReadOnlyList<byte[]> Writes)
{
    /// <summary>More headers.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>True breaks the connection after the last write.</summary>
    public bool Cuts { get; init; }

    /// <summary>True sends one Content-Length, false chunks.</summary>
    public bool Sized { get; init; }

    /// <summary>Awaited before the last write; null goes on at once.</summary>
    public Task? BeforeLast { get; init; }

    /// <summary>Awaited before the second write; null goes on at once.</summary>
    public Task? BeforeSecond { get; init; }

    /// <summary>Set when the caller leaves while this is answered.</summary>
    public TaskCompletionSource? Left { get; init; }

    public static ScriptedReply Json(string body, int status = 200) => Of(status, "application/json", body);

    public static ScriptedReply Events(params string[] frames) => Of(200, "text/event-stream", frames);

    public static ScriptedReply Of(int status, string? contentType, params string[] writes) => new(status, contentType, [.. writes.Select(Encoding.UTF8.GetBytes)]);

    public ScriptedReply With(string name, string value) => this with { Headers = [.. Headers, (name, value)] };

    /// <summary>All that it writes, as text.</summary>
    public string Text => string.Concat(Writes.Select(Encoding.UTF8.GetString));
}
