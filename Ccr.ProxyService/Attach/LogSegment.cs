namespace Ccr.ProxyService.Attach;

/// <summary>A stretch of a kept answer. The writer fills it; readers see what was committed.</summary>
internal sealed class LogSegment(byte[] buffer)
{
    /// <summary>The rented bytes.</summary>
    public byte[] Buffer { get; } = buffer;

    /// <summary>How much is written; the writer's own.</summary>
    public int Filled { get; set; }

    /// <summary>How much readers may see; under the log's lock.</summary>
    public int Committed { get; set; }

    /// <summary>True when nothing is added any more and a reader goes on with <see cref="Next"/>; under the log's lock.</summary>
    public bool IsSealed { get; set; }

    /// <summary>What follows; null at the end.</summary>
    public LogSegment? Next { get; set; }
}
