namespace Ccr.ProxyService.Tokens;

/// <summary>The answer to count_tokens.</summary>
/// <param name="Tokens">Input tokens.</param>
/// <param name="Source">Who counted: "provider", "api" (the configured service), "service" (the tokenizer service), "local" or "estimate".</param>
/// <param name="Encoding">What was counted with; null where others counted.</param>
/// <param name="Calibration">The factor that is in the number.</param>
internal readonly record struct CountAnswer(long Tokens, string Source, string? Encoding, TokenCalibration Calibration);
