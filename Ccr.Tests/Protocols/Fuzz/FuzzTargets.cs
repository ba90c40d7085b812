using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>All targets.</summary>
internal static class FuzzTargets
{
    /// <summary>The targets over a corpus.</summary>
    public static List<FuzzTarget> All(FuzzCorpus corpus)
    {
        var targets = new List<FuzzTarget>();
        foreach (var dialect in Enum.GetValues<Dialect>())
        {
            targets.Add(new AnswerTarget(dialect, isWhole: false, corpus));
            targets.Add(new AnswerTarget(dialect, isWhole: true, corpus));
            targets.Add(new CutTarget(dialect, corpus));
            targets.Add(new RequestTarget(dialect, corpus));
        }

        targets.AddRange([new SseTarget(corpus), new EnvelopeTarget(), new JsonRepairTarget(), new SchemaTargetFuzz(), new TextSinkTarget(), new ToolNamesTarget(corpus)]);
        return targets;
    }
}
