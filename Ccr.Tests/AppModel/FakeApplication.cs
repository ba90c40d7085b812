using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Ccr.Tests.AppModel;

/// <summary>The real orchestrator with processes, time and console of the test's.</summary>
internal sealed class FakeApplication : IAsyncDisposable
{
    private readonly Dictionary<string, HealthCheckResult> _health = [];
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private DistributedApplication? _application;

    public FakeApplication(params string[] args)
    {
        Builder = DistributedApplication.CreateBuilder(args);
        Builder.Services.AddSingleton<IProcessLauncher>(Processes);
        Builder.Services.AddSingleton<TimeProvider>(Time);
        Builder.Services.AddSingleton(services => new ResourceConsole(
            TextWriter.Synchronized(_output), TextWriter.Synchronized(_error), services.GetRequiredService<SecretMask>(), colours: false));
    }

    public IDistributedApplicationBuilder Builder { get; }

    public FakeProcesses Processes { get; } = new();

    public ManualTime Time { get; } = new();

    public ResourceNotificationService Notifications => _application!.ResourceNotifications;

    public Orchestrator Orchestrator => _application!.Services.GetRequiredService<Orchestrator>();

    public IHostApplicationLifetime Lifetime => _application!.Services.GetRequiredService<IHostApplicationLifetime>();

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public string Error => _error.ToString();

    /// <summary>A process without health checks.</summary>
    public IResourceBuilder<ExecutableResource> AddProcess(string name)
        => Builder.AddExecutable(name, Environment.ProcessPath!, Path.GetTempPath(), name);

    /// <summary>A process whose health the test sets; unhealthy at first.</summary>
    public IResourceBuilder<ExecutableResource> AddCheckedProcess(string name)
    {
        SetHealth(name, healthy: false);
        Builder.Services.AddHealthChecks().AddCheck(name, () =>
        {
            lock (_health)
            {
                return _health[name];
            }
        });
        return AddProcess(name).WithHealthCheck(name);
    }

    public void SetHealth(string name, bool healthy, string description = "still warming up")
    {
        lock (_health)
        {
            _health[name] = healthy ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(description);
        }
    }

    public Task StartAsync()
    {
        _application = Builder.Build();
        return _application.StartAsync();
    }

    public Task StopAsync() => _application!.StopAsync();

    public async Task<string> StateAsync(string name, params string[] wanted)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await Notifications.WaitForResourceAsync(name, wanted, deadline.Token);
    }

    public async Task HealthyAsync(string name)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await Notifications.WaitForResourceHealthyAsync(name, deadline.Token);
    }

    /// <summary>Waits until the application ends itself.</summary>
    public async Task<string> FailureAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await Task.Delay(Timeout.InfiniteTimeSpan, CancellationTokenSource.CreateLinkedTokenSource(Lifetime.ApplicationStopping, deadline.Token).Token)
            .ContinueWith(_ => { }, TaskScheduler.Default);
        return Orchestrator.Failure ?? throw new TimeoutException("The application did not fail.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
        {
            await _application.StopAsync();
            await _application.DisposeAsync();
        }
    }
}
