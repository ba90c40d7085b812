using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Anthropic;

/// <summary>What is to be known of a target beside its model's rules.</summary>
internal static class AnthropicTargets
{
    // The families before structured outputs: output_config.format is refused there.
    private static readonly string[] WithoutOutputFormat = ["claude-3-5", "claude-3-7", "claude-3", "claude-opus-4", "claude-sonnet-4"];

    /// <summary>True for Anthropic's own models, wherever they run; servers of other makers speak the dialect too and are less strict.</summary>
    public static bool IsClaude(this TargetOptions target) => target.Model.Contains("claude", StringComparison.OrdinalIgnoreCase);

    /// <summary>True when the model can be bound to a schema.</summary>
    public static bool TakesOutputFormat(this TargetOptions target) =>
        !WithoutOutputFormat.Contains(target.Rules.Prefix) || target.Model.Contains("opus-4-1", StringComparison.OrdinalIgnoreCase);
}
