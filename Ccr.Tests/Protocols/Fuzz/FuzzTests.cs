using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>A few thousand iterations of what the bench's fuzz command runs by the million.</summary>
public class FuzzTests
{
    private static readonly Lazy<FuzzCorpus> Corpus = new(() => FuzzCorpus.Load(Environment.GetEnvironmentVariable("CCR_FIXTURES"), most: 25));

    [Fact]
    public void Damaged_answers_and_requests_break_nothing()
    {
        var runner = new FuzzRunner(FuzzTargets.All(Corpus.Value), seed: 1) { ShrinkTries = 300 };
        runner.Run(6000);
        Assert.True(runner.Findings.Count == 0, runner.Report());
    }

    [Fact]
    public void A_short_stream_cut_at_any_byte_ends_well_only_when_its_provider_said_so()
    {
        foreach (var dialect in Enum.GetValues<Dialect>())
        {
            var target = new CutTarget(dialect, Corpus.Value);
            foreach (var stream in Corpus.Value.Streams(dialect).Where(s => s.Length < 1500).Take(5))
            {
                for (var cut = 0; cut <= stream.Length; cut++)
                {
                    target.Check(stream[..cut], cut);
                }
            }
        }
    }
}
