namespace Ccr.Tests.Parts;

/// <summary>A theory that is skipped, by name, where the machine lacks a part.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsTheoryAttribute : TheoryAttribute
{
    /// <summary>Names the parts as <see cref="NeedsFactAttribute"/> does.</summary>
    public NeedsTheoryAttribute(params string[] parts)
    {
        var missing = Part.Missing(parts);
        if (missing is not null)
        {
            Skip = missing;
        }
    }
}
