namespace Ccr.Standins.EmbeddedRedis.Server;

/// <summary>Counters for INFO.</summary>
internal sealed class ServerStatistics
{
    public long Connections { get; set; }

    public long Commands { get; set; }

    public long Errors { get; set; }

    /// <summary>Changes to keys.</summary>
    public long Changes { get; set; }

    /// <summary>The changes that the last snapshot holds.</summary>
    public long SavedChanges { get; set; }

    /// <summary>Unix seconds of the last snapshot, or of the start.</summary>
    public long LastSave { get; set; }
}
