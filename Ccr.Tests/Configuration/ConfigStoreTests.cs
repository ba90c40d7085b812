using Ccr.ProxyService.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ccr.Tests.Configuration;

public sealed class ConfigStoreTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly LogLines _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_good_edit_swaps_the_snapshot_and_the_old_one_stays_whole()
    {
        var path = _folder.Write("config.json", File(model: "one"));
        using var store = Open(path);
        var before = store.Current;
        var changes = new List<CcrConfig>();
        store.Changed += changes.Add;

        _folder.Write("config.json", File(model: "two"));
        Poll();

        Assert.Same(store.Current, Assert.Single(changes));
        Assert.Equal(("p,one", "p,two"), (before.Router.Default!.Name, store.Current.Router.Default!.Name));
        Assert.Empty(store.Problems);
        Assert.Equal(1, _log.Count("reloaded: 1 providers, 1 routes"));
    }

    [Fact]
    public void A_bad_edit_is_refused_once_and_the_last_good_stays_until_it_is_mended()
    {
        var path = _folder.Write("config.json", File(model: "one"));
        using var store = Open(path);
        var good = store.Current;
        var refusals = new List<IReadOnlyList<ConfigProblem>>();
        store.Refused += refusals.Add;

        _folder.Write("config.json", File(model: "one") + "\n\n}");
        Poll();
        Poll();
        Poll();

        Assert.Same(good, store.Current);
        Assert.Equal("config.json:3: unexpected '}' after the end of the document (column 1)", Assert.Single(store.Problems).Describe("config.json"));
        Assert.Same(store.Problems, Assert.Single(refusals));
        Assert.Equal(1, _log.Count("the last good one stays in force. " + path + ":3: unexpected '}'"));

        _folder.Write("config.json", File(model: "three"));
        Poll();
        Assert.Equal("p,three", store.Current.Router.Default!.Name);
        Assert.Empty(store.Problems);
    }

    [Fact]
    public void A_deleted_file_leaves_the_last_good_in_force_and_its_return_is_noticed()
    {
        var path = _folder.Write("config.json", File(model: "one"));
        using var store = Open(path);
        System.IO.File.Delete(path);
        Poll();
        Assert.Equal("the file does not exist", Assert.Single(store.Problems).Message);
        Assert.Equal("p,one", store.Current.Router.Default!.Name);

        _folder.Write("config.json", File(model: "one"));
        Poll();
        Assert.Empty(store.Problems);
    }

    [Fact]
    public void Content_counts_only_when_it_has_settled()
    {
        var path = _folder.Write("config.json", File(model: "one"));
        using var store = Open(path);
        var refused = 0;
        store.Refused += _ => refused++;

        // An editor that writes in steps: the half-written file is seen, but never acted on.
        _folder.Write("config.json", File(model: "two")[..40]);
        _time.Advance(TimeSpan.FromSeconds(2));
        _folder.Write("config.json", File(model: "two")[..60]);
        _time.Advance(TimeSpan.FromMilliseconds(150));
        _folder.Write("config.json", File(model: "two"));
        _time.Advance(TimeSpan.FromMilliseconds(150));
        Assert.Equal("p,one", store.Current.Router.Default!.Name);
        _time.Advance(TimeSpan.FromMilliseconds(150));
        Assert.Equal("p,two", store.Current.Router.Default!.Name);
        Assert.Equal(0, refused);
    }

    [Fact]
    public void A_file_touched_without_a_change_is_no_edit()
    {
        var path = _folder.Write("config.json", File(model: "one"));
        using var store = Open(path);
        var before = store.Current;
        _folder.Write("config.json", File(model: "one"));
        Poll();
        Assert.Same(before, store.Current);
    }

    [Fact]
    public void A_config_map_is_followed_through_its_links()
    {
        // As Kubernetes mounts one: config.json -> ..data/config.json, ..data -> a dated folder, switched by a link in its place.
        _folder.Write("..2026_01/config.json", File(model: "one"));
        _folder.Write("..2026_02/config.json", File(model: "two"));
        Directory.CreateSymbolicLink(_folder.File("..data"), "..2026_01");
        System.IO.File.CreateSymbolicLink(_folder.File("config.json"), "..data/config.json");
        using var store = Open(_folder.File("config.json"));
        Assert.Equal("p,one", store.Current.Router.Default!.Name);

        Directory.Delete(_folder.File("..data"));
        Directory.CreateSymbolicLink(_folder.File("..data"), "..2026_02");
        Poll();
        Assert.Equal("p,two", store.Current.Router.Default!.Name);
    }

    [Fact]
    public void A_changed_address_is_said_to_need_a_restart()
    {
        var path = _folder.Write("config.json", File(model: "one"));
        using var store = Open(path);
        _folder.Write("config.json", File(model: "one", more: "PORT: 4000, HOST: '127.0.0.2',"));
        Poll();
        Assert.Equal(["a changed HOST takes effect after a restart: ccr restart", "a changed PORT takes effect after a restart: ccr restart"], store.Problems.Select(p => p.Message));
        Assert.All(store.Problems, p => Assert.False(p.IsError));
        Assert.Equal(4000, store.Current.Port);

        _folder.Write("config.json", File(model: "one"));
        Poll();
        Assert.Empty(store.Problems);
    }

    [Fact]
    public void The_demo_ends_when_a_file_appears_even_in_a_folder_that_did_not_exist()
    {
        var location = new ConfigLocation(_folder.File("new/config.json"), IsExplicit: false, new Uri("http://127.0.0.1:1"));
        using var store = Open(location);
        Assert.True(store.Current.IsDemo);
        Poll();
        Assert.Empty(store.Problems);
        _folder.Write("new/config.json", File(model: "one"));
        Poll();
        Assert.False(store.Current.IsDemo);
    }

    [Fact]
    public void A_listener_that_throws_stops_neither_the_others_nor_the_watching()
    {
        var path = _folder.Write("config.json", File(model: "one"));
        using var store = Open(path);
        var seen = new List<string>();
        store.Changed += _ => throw new InvalidOperationException("listener");
        store.Changed += config => seen.Add(config.Router.Default!.Model);
        foreach (var model in new[] { "two", "three" })
        {
            _folder.Write("config.json", File(model));
            Poll();
        }

        Assert.Equal(["two", "three"], seen);
        Assert.Equal(2, _log.Count("A listener for configuration changes failed"));
    }

    [Fact]
    public void After_disposal_nothing_is_watched()
    {
        var path = _folder.Write("config.json", File(model: "one"));
        var store = Open(path);
        store.Dispose();
        _folder.Write("config.json", File(model: "two"));
        Poll();
        Assert.Equal("p,one", store.Current.Router.Default!.Name);
    }

    [Theory]
    [InlineData("write")]
    [InlineData("rename")]
    [InlineData("delete and write")]
    public async Task Events_announce_an_edit_without_waiting_for_the_next_poll(string editor)
    {
        var path = _folder.Write("config.json", File(model: "one"));
        // With polls an hour apart only an event can be in time.
        var watch = new ConfigWatchOptions { PollInterval = TimeSpan.FromHours(1), Settle = TimeSpan.FromMilliseconds(10) };
        using var store = Open(new ConfigLocation(path, IsExplicit: true, null), TimeProvider.System, watch);
        foreach (var model in new[] { "two", "three" })
        {
            var changed = new TaskCompletionSource<CcrConfig>(TaskCreationOptions.RunContinuationsAsynchronously);
            void OnChanged(CcrConfig config) => changed.TrySetResult(config);
            store.Changed += OnChanged;
            switch (editor)
            {
                case "write":
                    _folder.Write("config.json", File(model));
                    break;
                case "rename":
                    System.IO.File.Move(_folder.Write("config.json~", File(model)), path, overwrite: true);
                    break;
                default:
                    System.IO.File.Delete(path);
                    _folder.Write("config.json", File(model));
                    break;
            }

            Assert.Equal($"p,{model}", (await changed.Task.WaitAsync(Deadline)).Router.Default!.Name);
            store.Changed -= OnChanged;
        }
    }

    [Fact]
    public void A_bad_file_at_the_start_is_an_error_that_holds_every_problem()
    {
        var location = new ConfigLocation(_folder.Write("config.json", "{ PORT: 'x',\n HOST: 'y',\n Providers: [] }"), IsExplicit: true, null);
        var fault = Assert.Throws<ConfigurationException>(() => new ServiceCollection().AddCcrConfiguration(location));
        Assert.Equal([$"{location.Path}:1 PORT", $"{location.Path}:2 HOST", $"{location.Path}:3 Providers"], fault.Message.Split('\n').Select(l => l[..l.IndexOf(": ", StringComparison.Ordinal)]));
    }

    [Fact]
    public void The_services_hand_out_one_store_and_warnings_are_logged_at_the_start()
    {
        var location = new ConfigLocation(_folder.Write("config.json", "{ StatusLine: {},\n" + File(model: "one")[1..]), IsExplicit: true, null);
        using var services = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(_log))
            .AddSingleton<TimeProvider>(_time)
            .AddCcrConfiguration(location, out var initial)
            .BuildServiceProvider();
        var store = services.GetRequiredService<IConfigStore>();
        Assert.Same(services.GetRequiredService<ConfigStore>(), store);
        Assert.Same(initial, store.Current);
        Assert.Equal("StatusLine", Assert.Single(store.Problems).Path);
        Assert.Equal(1, _log.Count(":1 StatusLine: warning: "));
    }

    private static string File(string model, string more = "") =>
        $"{{ {more} Providers: [{{ name: 'p', api_base_url: 'https://e.com', models: ['{model}'] }}], Router: {{ default: 'p,{model}' }} }}";

    private void Poll() => _time.Advance(TimeSpan.FromSeconds(5));

    private ConfigStore Open(string path) => Open(new ConfigLocation(path, IsExplicit: true, null));

    private ConfigStore Open(ConfigLocation location) => Open(location, _time, new ConfigWatchOptions { UseEvents = false });

    private ConfigStore Open(ConfigLocation location, TimeProvider time, ConfigWatchOptions watch)
    {
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(_log));
        return new ConfigStore(location, location.Load(TestEnvironment.None), TestEnvironment.None, time, factory.CreateLogger<ConfigStore>(), watch);
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly List<string> _lines = [];

        public int Count(string part)
        {
            lock (_lines)
            {
                return _lines.Count(l => l.Contains(part, StringComparison.Ordinal));
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
            {
                _lines.Add(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
