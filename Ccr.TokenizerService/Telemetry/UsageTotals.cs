namespace Ccr.TokenizerService.Telemetry;

/// <summary>What is shared through Redis: calls, and what they counted.</summary>
internal readonly record struct UsageTotals(long Requests, long Texts, long Bytes, long Tokens)
{
    public static UsageTotals operator -(UsageTotals left, UsageTotals right) =>
        new(left.Requests - right.Requests, left.Texts - right.Texts, left.Bytes - right.Bytes, left.Tokens - right.Tokens);
}
