namespace Ccr.ProxyService.Configuration;

/// <summary>How the configuration file is watched.</summary>
internal sealed record ConfigWatchOptions
{
    /// <summary>How often the file is read when nothing announces a change: file systems without events, symbolic links into other folders. Default 2 s.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long new content must stay the same before it counts, since many editors write in steps. Default 150 ms.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>False leaves file system events out and only polls. Default true.</summary>
    public bool UseEvents { get; init; } = true;
}
