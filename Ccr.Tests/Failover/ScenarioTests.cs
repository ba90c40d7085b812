using Ccr.Bench.Failover;
using Ccr.Bench.Wire;
using Ccr.Simulator;
using Ccr.Simulator.Scripts;

namespace Ccr.Tests.Failover;

/// <summary>Each scenario's script plays what its description says, in each dialect: asked directly, without a router.</summary>
public sealed class ScenarioTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private RunningSimulator? _simulator;

    public async Task InitializeAsync() => _simulator = await SimulatorHost.StartAsync();

    public async Task DisposeAsync() => await _simulator!.DisposeAsync();

    [Fact]
    public async Task The_stream_is_cut_after_40_words()
    {
        foreach (var dialect in Enum.GetValues<WireDialect>())
        {
            var answer = await AskAsync("S08", dialect);
            Assert.Equal((AnswerKind.Broken, NumberedWords.Text(40)), (answer.Kind, answer.Text));
        }
    }

    [Theory]
    [InlineData("S09", 40)]
    [InlineData("S11", 60)]
    public async Task The_stream_stalls_after_its_words(string id, int words)
    {
        // An answer that stalls is left after a while: long enough to have read what did come.
        var dialects = Enum.GetValues<WireDialect>();
        var answers = await Task.WhenAll(dialects.Select(dialect => AskAsync(id, dialect, TimeSpan.FromSeconds(3))));
        Assert.All(dialects.Zip(answers), pair =>
        {
            var (dialect, answer) = pair;
            Assert.Equal((AnswerKind.Broken, NumberedWords.Text(words)), (answer.Kind, answer.Text));
            Assert.Equal(id == "S11" && dialect != WireDialect.Responses, answer.OutputTokens > 1);
        });
    }

    [Fact]
    public async Task The_twentieth_words_event_is_malformed()
    {
        foreach (var dialect in Enum.GetValues<WireDialect>())
        {
            var answer = await AskAsync("S10", dialect);
            Assert.Equal((AnswerKind.Broken, NumberedWords.Text(60, without: 20)), (answer.Kind, answer.Text));
        }
    }

    [Theory]
    [InlineData("S02", 429)]
    [InlineData("S04", 503)]
    [InlineData("S12", 400)]
    [InlineData("S13", 400)]
    [InlineData("S15", 503)]
    [InlineData("S16", 503)]
    public async Task The_request_is_refused(string id, int status)
    {
        foreach (var dialect in Enum.GetValues<WireDialect>())
        {
            var answer = await AskAsync(id, dialect);
            Assert.Equal((AnswerKind.ErrorStatus, status), (answer.Kind, answer.Status));
            Assert.Equal(id == "S13", answer.Message!.Contains(Scenarios.FilterReason, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("S01", 429, 2)]
    [InlineData("S03", 500, null)]
    [InlineData("S05", 0, null)]
    public async Task The_fault_comes_once(string id, int status, int? retryAfter)
    {
        foreach (var dialect in Enum.GetValues<WireDialect>())
        {
            var first = await AskAsync(id, dialect);
            Assert.Equal((status, retryAfter), (first.Status, first.RetryAfter));
            var second = await AskAsync(id, dialect);
            Assert.Equal((AnswerKind.Whole, NumberedWords.Text(60)), (second.Kind, second.Text));
        }
    }

    [Fact]
    public void There_are_48_cells_in_two_columns_each_with_a_provider_of_its_own()
    {
        Assert.Equal(96, Cell.All.Count);
        Assert.Equal(48, Cell.All.Count(c => c.Column == "same"));
        Assert.Equal(96, Cell.All.Select(c => c.Primary).Distinct().Count());
        Assert.All(Cell.All, c => Assert.True(ScriptParser.TryParse(c.PrimaryModel, null, out _, out var problem), problem));
        Assert.All(Cell.All, c => Assert.True(ScriptParser.TryParse(c.Group.FallbackModel, null, out _, out var problem), problem));
    }

    [Theory]
    [InlineData("S08", 6)]
    [InlineData("s08/chat", 2)]
    [InlineData("S08/chat/translated", 1)]
    [InlineData("S0", 0)]
    public void Cells_are_chosen_by_name(string only, int count) => Assert.Equal(count, Cell.All.Count(c => c.Is(only)));

    [Fact]
    public void The_table_goes_between_the_markers_and_shows_the_worse_column()
    {
        var cells = Cell.All.Where(c => c.Is("S08/chat")).ToList();
        CellResult[] results = [new(cells[0], new(Verdict.Pass, "fine")), new(cells[1], new(Verdict.Safe, "an error | event"))];
        var document = ScorecardTable.Replace("a\n<!-- failover:begin -->\nold\n<!-- failover:end -->\nb\n", ScorecardTable.Markdown(results));

        Assert.StartsWith("a\n<!-- failover:begin -->\n| | fault |", document, StringComparison.Ordinal);
        Assert.EndsWith("<!-- failover:end -->\nb\n", document, StringComparison.Ordinal);
        Assert.Contains("same: pass, translated: safe", document, StringComparison.Ordinal);
        Assert.Contains("* S08/chat/translated: safe. an error \\| event", document, StringComparison.Ordinal);
        Assert.DoesNotContain("old", document, StringComparison.Ordinal);
        Assert.Equal([Verdict.Safe], ScorecardTable.Published(results));
        Assert.Throws<FormatException>(() => ScorecardTable.Replace("no markers", "table"));
    }

    private async Task<WireAnswer> AskAsync(string id, WireDialect dialect, TimeSpan? patience = null)
    {
        var cell = Cell.All.Single(c => c.Scenario.Id == id && c.Client == dialect && c.Column == "same");
        using var client = new WireClient(_simulator!.BaseAddress, patience ?? Patience);
        var conversation = new WireConversation(dialect, cell.PrimaryModel, tools: false);
        conversation.AddUser("count");
        return await client.AskAsync(dialect, conversation.Body(), CancellationToken.None);
    }
}
