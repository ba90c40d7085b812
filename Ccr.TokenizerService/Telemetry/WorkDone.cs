namespace Ccr.TokenizerService.Telemetry;

/// <summary>What one call counted.</summary>
internal sealed class WorkDone
{
    public long Texts { get; private set; }

    public long Bytes { get; private set; }

    public long Tokens { get; private set; }

    public void Add(long texts, long bytes, long tokens)
    {
        Texts += texts;
        Bytes += bytes;
        Tokens += tokens;
    }
}
