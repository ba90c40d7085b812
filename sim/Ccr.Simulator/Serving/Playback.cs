namespace Ccr.Simulator.Serving;

/// <summary>A response, rendered to its last byte, with its pauses and its end: all that is left to do is to send it.</summary>
internal sealed record Playback
{
    /// <summary>The status of the response; 0: the connection is reset without one; -1: nothing is ever sent.</summary>
    public required int Status { get; init; }

    /// <summary>No status line: the connection is reset.</summary>
    public const int Reset = 0;

    /// <summary>No status line, and the connection stays open.</summary>
    public const int Hang = -1;

    public string ContentType { get; init; } = "application/json";

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Milliseconds before the headers.</summary>
    public int Delay { get; init; }

    public byte[] Bytes { get; init; } = [];

    public IReadOnlyList<Segment> Segments { get; init; } = [];

    /// <summary>Where in <see cref="Bytes"/> the digits of stamps are, in order.</summary>
    public IReadOnlyList<int> Stamps { get; init; } = [];

    /// <summary>Texts with a stamp: a stamp behind that many is a repetition of an earlier one and has its time.</summary>
    public int StampedTexts { get; init; }

    /// <summary>The response announces its length; else it is chunked.</summary>
    public long? ContentLength { get; init; }

    public Ending Ending { get; init; }

    /// <summary>The response is a scripted fault or a refusal.</summary>
    public bool IsFault { get; init; }
}
