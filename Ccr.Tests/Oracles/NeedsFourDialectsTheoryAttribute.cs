using Ccr.ProxyService.Configuration;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Oracles;

/// <summary>A theory that is skipped where the proxy does not speak to providers of all four dialects, or the machine lacks a part.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsFourDialectsTheoryAttribute : TheoryAttribute
{
    private const int Dialects = 4;

    /// <summary>Names the parts as <see cref="NeedsFactAttribute"/> does.</summary>
    public NeedsFourDialectsTheoryAttribute(params string[] parts)
    {
        var missing = Enum.GetValues<ProviderProtocol>().Length < Dialects ? "needs a proxy that speaks to providers of four dialects" : Part.Missing(parts);
        if (missing is not null)
        {
            Skip = missing;
        }
    }
}
