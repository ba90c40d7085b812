namespace Ccr.Tests.Parts;

/// <summary>A fact that is skipped, by name, where the machine lacks a part. CI has all parts and fails when anything was skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsFactAttribute : FactAttribute
{
    /// <summary>Names the parts: programs on PATH (redis-server, node, chromium, claude) or <c>fixtures</c> (CCR_FIXTURES).</summary>
    public NeedsFactAttribute(params string[] parts)
    {
        var missing = Part.Missing(parts);
        if (missing is not null)
        {
            Skip = missing;
        }
    }
}
