using Ccr.Bench.Failover;
using Ccr.Bench.Wire;

namespace Ccr.Tests.Failover;

/// <summary>The referee's rules, on runs made by hand.</summary>
public class JudgeTests
{
    private static readonly WireAnswer Whole = new()
    {
        Kind = AnswerKind.Whole,
        Status = 200,
        Text = NumberedWords.Text(60),
        OutputTokens = 60,
        FirstText = TimeSpan.FromSeconds(0.1),
        Total = TimeSpan.FromSeconds(1),
    };

    private static readonly WireAnswer Error = new() { Kind = AnswerKind.ErrorStatus, Status = 503, Message = "sorry" };

    public static TheoryData<string> Ids => [.. Scenarios.All.Select(s => s.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_broken_stream_fails_everywhere(string id) =>
        Assert.Equal(Verdict.Fail, Of(id, Whole with { Kind = AnswerKind.Broken, Message = "cut" }, [0, 0.1], [0.2]));

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_part_that_looks_whole_passes_nowhere(string id) =>
        Assert.NotEqual(Verdict.Pass, Of(id, Whole with { Text = NumberedWords.Text(40) }, [0, 3], [3.2]));

    [Theory]
    [MemberData(nameof(Ids))]
    public void An_error_where_an_answer_was_possible_is_safe(string id) =>
        Assert.Equal(id == "S13" ? Verdict.Partial : Verdict.Safe, Of(id, Error, [0], []));

    [Theory]
    [InlineData("S01", "Pass", new[] { 0, 1.9 }, new double[0])]
    [InlineData("S01", "Partial", new[] { 0, 0.6 }, new double[0])]
    [InlineData("S01", "Partial", new[] { 0.0 }, new[] { 0.1 })]
    [InlineData("S02", "Pass", new[] { 0, 0.2, 0.6, 1.4 }, new[] { 1.5 })]
    [InlineData("S02", "Partial", new[] { 0, 0.2, 0.4, 0.6, 0.8 }, new[] { 1.0 })]
    [InlineData("S02", "Partial", new[] { 0, 4.0, 8, 12, 16, 20, 24 }, new[] { 25.0 })]
    [InlineData("S03", "Pass", new[] { 0, 0.2 }, new double[0])]
    [InlineData("S03", "Partial", new[] { 0.0 }, new[] { 0.1 })]
    [InlineData("S04", "Pass", new[] { 0, 0.2, 0.4 }, new[] { 0.5 })]
    [InlineData("S04", "Partial", new[] { 0, 1.0, 2, 3, 4, 5, 6 }, new[] { 7.0 })]
    [InlineData("S05", "Pass", new[] { 0, 0.2 }, new double[0])]
    [InlineData("S06", "Pass", new[] { 0.0 }, new[] { 3.0 })]
    [InlineData("S06", "Partial", new[] { 0, 3.0 }, new[] { 6.0 })]
    [InlineData("S08", "Pass", new[] { 0.0 }, new[] { 0.8 })]
    [InlineData("S12", "Pass", new[] { 0.0 }, new[] { 0.1 })]
    [InlineData("S12", "Partial", new[] { 0, 0.2 }, new[] { 0.4 })]
    [InlineData("S14", "Pass", new[] { 0.0 }, new[] { 0.8, 0.9 })]
    [InlineData("S14", "Partial", new[] { 0.0 }, new[] { 0.8, 0.9, 1.0, 1.1 })]
    public void A_whole_answer_is_judged_by_the_tries(string id, string verdict, double[] primary, double[] others) =>
        Assert.Equal(verdict, $"{Of(id, Whole, primary, others)}");

    [Theory]
    [InlineData("S06", 16)]
    [InlineData("S07", 20.1)]
    [InlineData("S09", 30)]
    [InlineData("S11", 8.1)]
    public void A_late_answer_is_partial(string id, double seconds) =>
        Assert.Equal(Verdict.Partial, Of(id, Whole with { Total = TimeSpan.FromSeconds(seconds) }, [0], [seconds - 1]));

    [Theory]
    [InlineData("S08")]
    [InlineData("S09")]
    [InlineData("S14")]
    public void An_answer_that_was_held_back_is_partial(string id) =>
        Assert.Equal(Verdict.Partial, Of(id, Whole with { FirstText = TimeSpan.FromSeconds(0.95) }, [0], [0.9]));

    [Theory]
    [InlineData(0, "Pass")]
    [InlineData(20, "Pass")]
    [InlineData(21, "Fail")]
    public void Of_a_malformed_event_only_its_word_may_be_lost(int without, string verdict) =>
        Assert.Equal(verdict, $"{Of("S10", Whole with { Text = NumberedWords.Text(60, without) }, [0], [])}");

    [Fact]
    public void Usage_that_was_told_must_arrive()
    {
        Assert.Equal(Verdict.Partial, Of("S11", Whole with { OutputTokens = null }, [0], []));
        Assert.Equal(Verdict.Pass, Of("S11", Whole, [0], []));
    }

    [Fact]
    public void A_refused_prompt_is_told_and_not_tried_elsewhere()
    {
        var told = new WireAnswer { Kind = AnswerKind.ErrorStatus, Status = 400, Message = "blocked by the " + Scenarios.FilterReason };
        Assert.Equal(Verdict.Pass, Of("S13", told, [0], []));
        Assert.Equal(Verdict.Pass, Of("S13", told with { Kind = AnswerKind.ErrorEvent, Status = 200 }, [0], []));
        Assert.Equal(Verdict.Partial, Of("S13", told with { Message = "Bad request" }, [0], []));
        Assert.Equal(Verdict.Partial, Of("S13", told with { Status = 502 }, [0], []));
        Assert.Equal(Verdict.Partial, Of("S13", told, [0, 1], []));
        Assert.Equal(Verdict.Partial, Of("S13", Whole, [0], [0.1]));
    }

    [Fact]
    public void An_outage_is_judged_by_probes_and_return()
    {
        var cell = Find("S15");
        var served = Enumerable.Repeat(Whole with { Model = cell.PrimaryModel }, 20).ToArray();
        Assert.Equal(Verdict.Pass, Outage(served, [0, 0.1, 0.5, 3, 5.7, 8.5, 9]));
        Assert.Equal(Verdict.Partial, Outage(served, [0, 0.1, 0.5, 1, 2, 3, 8.5]));
        Assert.Equal(Verdict.Partial, Outage(served, [0, 0.1, 0.5, 3]));
        Assert.Equal(Verdict.Partial, Outage([.. served[..19], Whole with { Model = "other" }], [0, 0.1, 0.5, 3, 6.5]));
        Assert.Equal(Verdict.Safe, Outage([.. served[..19], Error], [0, 0.1, 0.5, 3, 6.5]));

        Verdict Outage(WireAnswer[] answers, double[] primary) =>
            Judge.Of(new CellRun { Cell = cell, Answers = answers, Primary = [.. primary.Select(TimeSpan.FromSeconds)], Others = [TimeSpan.Zero] }).Verdict;
    }

    [Fact]
    public void Accounts_have_the_fallbacks_model_and_usage_every_try_and_one_answer()
    {
        var cell = Find("S16");
        var answer = Whole with { Model = cell.Group.FallbackModel, InputTokens = CellGroup.InputTokens, OutputTokens = CellGroup.OutputTokens };
        var record = new ProxyRecord([(cell.Primary, "overloaded"), ("fallback", null)], "fallback", CellGroup.InputTokens, CellGroup.OutputTokens);
        Assert.Equal(Verdict.Pass, Accounts(answer, record));
        Assert.Equal(Verdict.Partial, Accounts(answer with { Model = cell.Model }, record));
        Assert.Equal(Verdict.Partial, Accounts(answer with { OutputTokens = 105 }, record));
        Assert.Equal(Verdict.Partial, Accounts(answer));
        Assert.Equal(Verdict.Partial, Accounts(answer, record, record));
        Assert.Equal(Verdict.Partial, Accounts(answer, record with { OutputTokens = 85 }));
        Assert.Equal(Verdict.Partial, Accounts(answer, record with { Tries = [("fallback", null)] }));
        Assert.Equal(Verdict.Partial, Accounts(answer, record with { Tries = [(cell.Primary, null), ("fallback", null)] }));

        Verdict Accounts(WireAnswer got, params ProxyRecord[] records) =>
            Judge.Of(new CellRun { Cell = cell, Answers = [got], Primary = [TimeSpan.Zero], Others = [TimeSpan.FromSeconds(0.1)], Records = records }).Verdict;
    }

    [Theory]
    [InlineData("w1 w2 w3", null)]
    [InlineData("w1 w2", "it ends with w2")]
    [InlineData("w1 w2 w2 w3", "behind w2 comes w2")]
    [InlineData("w1 w3", "behind w1 comes w3")]
    [InlineData("w1 w2 w3 w4", "behind w3 comes w4")]
    [InlineData("w2 w3", "it begins with w2")]
    [InlineData("w1 w2w3", "behind w1 comes w2w3")]
    [InlineData("", "there is no text")]
    public void The_first_difference_of_a_text_is_named(string text, string? difference) => Assert.Equal(difference, NumberedWords.Compare(text, 3));

    private static Verdict Of(string id, WireAnswer answer, double[] primary, double[] others) => Judge.Of(new CellRun
    {
        Cell = Find(id),
        Answers = [answer],
        Primary = [.. primary.Select(TimeSpan.FromSeconds)],
        Others = [.. others.Select(TimeSpan.FromSeconds)],
    }).Verdict;

    private static Cell Find(string id) => Cell.All.First(c => c.Scenario.Id == id && c.Client == WireDialect.Chat);
}
