using Microsoft.Data.Sqlite;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>Bad input: one clear failure that names the thing and the remedy, and nothing half-written.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private readonly TestEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Fact]
    public async Task A_missing_file_is_named()
    {
        var failure = await estate.FailAsync(new ImportAssetRequest { Path = [estate.PathOf("nothing.csv")] });
        Assert.Equal("PathNotFound", failure.Code);
        Assert.Contains("nothing.csv", failure.Message);
        Assert.NotNull(failure.Remedy);
    }

    [Fact]
    public async Task A_folder_without_feeds_is_an_error_and_files_that_are_none_are_warnings()
    {
        Directory.CreateDirectory(estate.PathOf("empty"));
        Assert.Equal("FeedNotRecognised", (await estate.FailAsync(new ImportFeedRequest { Path = [estate.PathOf("empty")] })).Code);

        estate.Write("mixed/notes.json", """{ "notes": "no feed" }""");
        var (results, failures, warnings) = await estate.RunAsync(new ImportFeedRequest { Path = [estate.PathOf("mixed")] });
        Assert.Empty(results);
        Assert.Empty(failures);
        Assert.Contains("notes.json", Assert.Single(warnings));
    }

    [Fact]
    public async Task Missing_columns_are_named_with_those_that_were_found()
    {
        var path = estate.Write("incidents.csv", "Number,When\nINC1,2026-01-01T00:00:00Z\n");
        var failure = await estate.FailAsync(new ImportIncidentRequest { Path = [path] });
        Assert.Equal("ColumnsMissing", failure.Code);
        Assert.Contains("Id", failure.Message);
        Assert.Contains("Number", failure.Message);
        Assert.Contains("-Map", failure.Remedy);
    }

    [Fact]
    public async Task A_mapping_translates_foreign_columns()
    {
        var path = estate.Write("incidents.csv", "Number;When;CI\nINC1;03.02.2026 14:30;web01\n");
        var (results, failures, _) = await estate.RunAsync(new ImportIncidentRequest
        {
            Path = [path], Culture = "de-DE", TimeZone = "Europe/Berlin",
            Map = new Dictionary<string, string> { ["Number"] = "Id", ["When"] = "Opened", ["CI"] = "ConfigurationItem" },
        });
        Assert.Empty(failures);
        Assert.Equal(1, Assert.IsType<ImportResult>(Assert.Single(results)).Added);
        var incident = Assert.IsType<Incident>(Assert.Single((await estate.RunAsync(new GetIncidentRequest())).Results));
        Assert.Equal(new DateTimeOffset(2026, 2, 3, 13, 30, 0, TimeSpan.Zero), incident.Opened);
        Assert.Equal("web01", incident.ConfigurationItem);
    }

    [Fact]
    public async Task Malformed_rows_are_reported_with_their_line_and_the_rest_is_kept()
    {
        var path = estate.Write("assets.csv", "Id,Criticality,Environment\na,3,Production\nb,9,Production\nc,2,Moon\nd,1,Test\n");
        var (results, failures, _) = await estate.RunAsync(new ImportAssetRequest { Path = [path] });
        var result = Assert.IsType<ImportResult>(Assert.Single(results));
        Assert.Equal((4, 2, 2), (result.Read, result.Added, result.Rejected));
        Assert.Equal(2, failures.Count);
        Assert.Contains("line 3", failures[0].Failure.Message);
        Assert.Contains("line 4", failures[1].Failure.Message);
    }

    [Fact]
    public async Task Compression_cut_off_keeps_the_rows_before_it_and_a_bomb_is_stopped()
    {
        var text = "Id,Name\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"host{i * 7919 % 20_011},name{i * 104_729 % 20_011}\n"));
        var packed = Pack(stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
        var cut = estate.PathOf("cut.csv.gz");
        File.WriteAllBytes(cut, packed[..(packed.Length / 2)]);
        var (results, failures, _) = await estate.RunAsync(new ImportAssetRequest { Path = [cut] });
        var result = Assert.IsType<ImportResult>(Assert.Single(results));
        Assert.InRange(result.Added, 1000, 19_000);
        Assert.Equal(result.Read, result.Added + result.Updated + result.Unchanged + result.Rejected);
        Assert.Contains(failures, f => f.Failure.Message.Contains("damaged or cut off", StringComparison.Ordinal));

        var bomb = estate.PathOf("bomb.json.gz");
        File.WriteAllBytes(bomb, Pack(stream =>
        {
            stream.Write("{\"a\":\""u8);
            var zeroes = new byte[1 << 20];
            Array.Fill(zeroes, (byte)'0');
            for (var i = 0; i < 64; i++) stream.Write(zeroes);
        }));
        Assert.Equal("FeedTooLarge", (await estate.FailAsync(new ImportProblemRequest { Path = [bomb] })).Code);

        static byte[] Pack(Action<Stream> write)
        {
            using var packed = new MemoryStream();
            using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true)) write(gzip);
            return packed.ToArray();
        }
    }

    [Fact]
    public async Task A_file_that_is_no_store_is_refused_and_left_alone()
    {
        var path = estate.Write("letter.txt", "Dear store, I am a letter and no database at all, though I am long enough to have a header.");
        var failure = await estate.FailAsync(new GetStoreRequest { Store = path });
        Assert.Equal("StoreInvalid", failure.Code);
        Assert.StartsWith("Dear store", File.ReadAllText(path));
    }

    [Fact]
    public async Task A_foreign_database_is_refused_and_left_alone()
    {
        var path = estate.PathOf("other.db");
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE mine(x); INSERT INTO mine VALUES (1)";
            command.ExecuteNonQuery();
        }
        Assert.Equal("StoreInvalid", (await estate.FailAsync(new GetStoreRequest { Store = path })).Code);
    }

    [Fact]
    public async Task A_store_of_a_newer_program_is_refused()
    {
        await estate.RunAsync(new GetStoreRequest());
        using (var connection = new SqliteConnection($"Data Source={estate.PathOf("test.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version=999";
            command.ExecuteNonQuery();
        }
        await using var later = new Adapters.Composition.OperationHost(NoonClock.Shared);
        var failures = new List<Failure>();
        await foreach (var next in later.RunAsync(new GetStoreRequest { Store = estate.PathOf("test.db") }, new Caller { Account = "tester" }, CancellationToken.None))
            if (next is FailedEvent f) failures.Add(f.Failure);
        Assert.Equal("StoreNewer", Assert.Single(failures).Code);
    }

    [Fact]
    public async Task A_plan_that_does_not_exist_is_named()
    {
        foreach (OperationRequest request in new OperationRequest[]
        {
            new InvokeWaveRequest { PlanId = "PLN-NONE" }, new ApprovePlanRequest { PlanId = "PLN-NONE" }, new TestPlanRequest { PlanId = "PLN-NONE" }, new GetWaveRequest { PlanId = "PLN-NONE" },
        })
        {
            var failure = await estate.FailAsync(request);
            Assert.Equal("PlanNotFound", failure.Code);
            Assert.Contains("PLN-NONE", failure.Message);
        }
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_a_result_that_says_why()
    {
        var (results, failures, _) = await estate.RunAsync(new GetInventoryRequest { ComputerName = ["no-such-host.invalid"], Transport = TransportKind.Ssh });
        var inventory = Assert.IsType<InventoryResult>(Assert.Single(results));
        Assert.NotNull(inventory.Failure);
        Assert.Contains("no-such-host.invalid", Assert.Single(failures).Failure.Message);
    }

    [Fact]
    public async Task What_if_imports_nothing_and_says_what_it_would()
    {
        var path = estate.Write("assets.csv", "Id\na\nb\n");
        var (results, _, _) = await estate.RunAsync(new ImportAssetRequest { Path = [path] }, Answer.WhatIf);
        Assert.Equal(2, Assert.IsType<ImportResult>(Assert.Single(results)).Added);
        Assert.Empty((await estate.RunAsync(new GetAssetRequest())).Results);
    }
}
