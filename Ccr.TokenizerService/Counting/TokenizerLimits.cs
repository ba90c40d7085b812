namespace Ccr.TokenizerService.Counting;

/// <summary>Sizes in bytes.</summary>
internal static class TokenizerLimits
{
    /// <summary>The longest message: a text or request body of 64 MiB, and what the message adds around it.</summary>
    public const int MaxMessageBytes = (64 * 1024 * 1024) + 1024;

    /// <summary>Above this a count gets a thread of its own, so that short calls and health probes do not wait behind it.</summary>
    public const int ShortText = 256 * 1024;

    /// <summary>A long text is counted in parts of this size, with a look at the deadline between them.</summary>
    public const int Slice = 256 * 1024;

    /// <summary>How many texts' counts are kept: of 1,000 agents the last 260 texts each, in 8 MB.</summary>
    public const int KeptTexts = 256 * 1024;
}
