using System.Threading.Channels;
using Aspire.Hosting.Running;

namespace Ccr.Tests.AppModel;

/// <summary>Processes that live and end as a test says.</summary>
internal sealed class FakeProcesses : IProcessLauncher
{
    private readonly Channel<FakeProcess> _started = Channel.CreateUnbounded<FakeProcess>();

    /// <summary>What happened to all of them, in order.</summary>
    public List<string> Log { get; } = [];

    public IChildProcess Start(ChildSpec spec, Action<string> onLine)
    {
        var process = new FakeProcess(spec, onLine, Note);
        Note($"start {process.Name}");
        _started.Writer.TryWrite(process);
        return process;
    }

    /// <summary>The next process that is started.</summary>
    public async Task<FakeProcess> NextAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _started.Reader.ReadAsync(deadline.Token);
    }

    public bool AnotherWasStarted() => _started.Reader.TryRead(out _);

    private void Note(string what)
    {
        lock (Log)
        {
            Log.Add(what);
        }
    }
}

/// <summary>One of them; its name is its first argument.</summary>
internal sealed class FakeProcess(ChildSpec spec, Action<string> onLine, Action<string> note) : IChildProcess
{
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => spec.Arguments[0];

    public ChildSpec Spec => spec;

    /// <summary>Does not stop when asked to.</summary>
    public bool IsStubborn { get; set; }

    public Task<int> Exited => _exited.Task;

    public void Write(string line) => onLine(line);

    public void End(int code) => _exited.TrySetResult(code);

    public void RequestStop()
    {
        note($"stop {Name}");
        if (!IsStubborn)
        {
            End(0);
        }
    }

    public void Kill()
    {
        if (!_exited.Task.IsCompleted)
        {
            note($"kill {Name}");
            End(137);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
