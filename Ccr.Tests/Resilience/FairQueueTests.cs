using Ccr.ProxyService.Health;

namespace Ccr.Tests.Resilience;

public sealed class FairQueueTests
{
    private readonly HealthBench _bench = new(", limits: { max_concurrent: 1, max_queue: 6, max_wait_ms: 10000 }");
    private readonly List<string> _order = [];

    [Fact]
    public async Task Interactive_calls_go_first_and_sessions_take_turns()
    {
        var first = _bench.Enter();
        Task[] waiting =
        [
            WaitAsync("big", "sub", "subagent"), WaitAsync("big", "1"), WaitAsync("big", "2"), WaitAsync("big", "3"), WaitAsync("small", "a"), WaitAsync("small", "b"),
        ];
        Assert.Equal(6, _bench.Targets.Providers().Single().Queued);
        _bench.Targets.Abandoned(first);
        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("1 a 2 b 3 sub", string.Join(' ', _order));
        Assert.Equal(new("p", 0, 0), _bench.Targets.Providers().Single());
    }

    [Fact]
    public async Task A_full_queue_and_too_long_a_wait_refuse_as_busy()
    {
        var first = _bench.Enter();
        Assert.Equal("busy", _bench.Refusal());
        var waiting = Enumerable.Range(0, 6).Select(i => _bench.Targets.AdmitAsync(_bench.P, _bench.Call(), CancellationToken.None).AsTask()).ToList();
        var full = await _bench.Targets.AdmitAsync(_bench.P, _bench.Call(), CancellationToken.None);
        Assert.Equal("busy", full.Refusal!.Word);
        Assert.NotNull(full.Refusal.RetryAfter);
        _bench.Clock.Advance(10);
        Assert.All(await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(30)), a => Assert.Equal("busy", a.Refusal!.Word));
        _bench.Targets.Abandoned(first);
        Assert.Null(_bench.Refusal());
    }

    [Fact]
    public async Task A_call_that_is_cancelled_while_it_waits_holds_no_place()
    {
        var first = _bench.Enter();
        using var gone = new CancellationTokenSource();
        var left = _bench.Targets.AdmitAsync(_bench.P, _bench.Call(), gone.Token).AsTask();
        var stays = _bench.Targets.AdmitAsync(_bench.P, _bench.Call(), CancellationToken.None).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        _bench.Targets.Abandoned(first);
        var second = await stays.WaitAsync(TimeSpan.FromSeconds(30));
        _bench.Targets.Abandoned(second.Pass!);
        Assert.Equal(new("p", 0, 0), _bench.Targets.Providers().Single());
    }

    [Fact]
    public void A_pass_given_back_twice_frees_one_place()
    {
        var pass = _bench.Enter();
        _bench.Targets.Succeeded(pass, TimeSpan.Zero);
        _bench.Targets.Abandoned(pass);
        Assert.NotNull(_bench.Enter());
        Assert.Equal("busy", _bench.Refusal());
    }

    [Fact]
    public async Task Places_hold_under_load_from_many_threads()
    {
        var queue = new FairQueue(TimeProvider.System);
        var (inside, most, cancelled) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(async () =>
        {
            using var gone = new CancellationTokenSource();
            var entering = queue.EnterAsync(5, 1000, TimeSpan.FromSeconds(60), $"s{i % 7}", i % 3 == 0, gone.Token);
            if (i % 10 == 0)
            {
                await gone.CancelAsync();
            }

            try
            {
                Assert.True(await entering);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref cancelled);
                return;
            }

            var now = Interlocked.Increment(ref inside);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            queue.Leave();
        })));
        Assert.InRange(most, 1, 5);
        Assert.InRange(cancelled, 0, 40);
        Assert.Equal((0, 0), (queue.Active, queue.Waiting));
    }

    private async Task WaitAsync(string session, string name, string? requestClass = null)
    {
        var admission = await _bench.Targets.AdmitAsync(_bench.P, _bench.Call(session, requestClass), CancellationToken.None);
        lock (_order)
        {
            _order.Add(name);
        }

        _bench.Targets.Succeeded(admission.Pass!, TimeSpan.Zero);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
