using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Core.Planning.Engine.Bounds;

/// <summary>
/// Lower bound by Lagrangian relaxation of all capacities: hosts pay prices for what they occupy, and without capacities the problem falls
/// apart into hosts and trees of dependencies, each solved exactly. Prices follow the subgradient (Held, Wolfe and Crowder 1974, with
/// Polyak's step towards the best known plan). Any prices give a valid bound; good ones also tell which hosts belong into which windows.
/// </summary>
internal sealed class LagrangianBound
{
    private readonly CompiledInstance _instance;
    private readonly StartOptions _options;
    private readonly Prices _prices;
    private readonly BarrierForest _forest;
    private readonly double[] _base;
    private readonly double[] _reduced;
    private readonly double[] _direction;

    /// <summary>
    /// After so many iterations the search for prices takes longer breath: directions are kept longer and steps shrink later. Many prices act
    /// together (a barrier has one per time), and in a few hundred such iterations the bound comes close to the linear program's.
    /// </summary>
    private const int Sprint = 150;
    private double _scale = 1;

    /// <summary>Price of leaving one host over more than the best known plan does.</summary>
    private double _leavePrice;
    private double _leaveDirection;
    private int _left;
    private int _stalled;
    private int _iterations;
    private int _patience = 6;

    /// <summary>Share of the last direction that stays.</summary>
    private double _deflection = 0.6;

    public LagrangianBound(CompiledInstance instance, bool mayLeaveOver, long maxOptions)
    {
        _instance = instance;
        var grid = new OptionGrid(instance, maxOptions);
        _options = new StartOptions(instance, grid, mayLeaveOver);
        _prices = new Prices(instance, grid.Bucket);
        _forest = new BarrierForest(instance, _options);
        _base = new double[_options.Start.Length];
        _reduced = new double[_base.Length];
        _direction = new double[_prices.Value.Length];
        Choice = new int[instance.Hosts];
        for (var h = 0; h < instance.Hosts; h++)
        {
            for (var o = _options.From[h]; o < _options.From[h + 1]; o++)
            {
                var start = _options.Start[o];
                _base[o] = start == StartOptions.Never ? instance.UnplacedCost[h] : instance.Cost(h, start);
            }
        }
    }

    /// <summary>Best so far.</summary>
    public double Value { get; private set; } = double.NegativeInfinity;

    /// <summary>Option of each host at the latest prices.</summary>
    public int[] Choice { get; }

    public int OptionCount => _options.Start.Length;

    /// <summary>The relaxation of stages and rings; null where the instance has none.</summary>
    public LadderRelaxation? Levels => _forest.Levels;

    /// <summary>Start of a host at the latest prices.</summary>
    public int ChosenStart(int host) => _options.Start[Choice[host]];

    /// <summary>Fewest hosts left over come before cost; at first this makes the relaxation look for them.</summary>
    /// <param name="price">Of one host left over.</param>
    public void Propose(double price)
    {
        var kept = _leavePrice;
        _leavePrice = price;
        Evaluate(0);
        _leavePrice = kept;
    }

    /// <summary>One evaluation and one move of the prices.</summary>
    /// <param name="target">Objective of the best known plan.</param>
    /// <param name="mayLeave">Hosts that the plans bounded may leave over: those of the best known plan.</param>
    public void Iterate(double target, int mayLeave)
    {
        if (++_iterations == Sprint) (_deflection, _patience, _scale, _stalled) = (0.97, 15, 1, 0);
        var value = Evaluate(mayLeave);
        if (value > Value)
        {
            if (value > Value + 1e-5 * Math.Abs(value)) _stalled = 0;
            else _stalled++;
            Value = value;
        }
        else
        {
            _stalled++;
        }
        if (_stalled >= _patience)
        {
            _scale *= 0.7;
            _stalled = 0;
        }
        Move(target, value, mayLeave);
    }

    /// <summary>From now on leaving over a host that has an option costs more than the whole of the best known plan.</summary>
    public void ForbidLeavingOver(double target)
    {
        for (var h = 0; h < _instance.Hosts; h++)
        {
            var last = _options.From[h + 1] - 1;
            if (_options.Start[last] == StartOptions.Never && last > _options.From[h]) _base[last] += 2 * target;
        }
    }

    /// <summary>Cost plus price of starting at the beginning of each slot, at the latest prices: where the relaxation would like hosts to be.</summary>
    public double[] SlotScores()
    {
        _prices.Refresh();
        var scores = new double[_instance.Slots.Length];
        for (var h = 0; h < _instance.Hosts; h++)
        {
            for (var s = _instance.SlotFrom[h]; s < _instance.SlotFrom[h + 1]; s++)
            {
                var slot = _instance.Slots[s];
                scores[s] = _instance.Cost(h, slot.Low) + _prices.Of(h, slot.Window, slot.Low);
            }
        }
        return scores;
    }

    /// <summary>What the host would lose if its choice at the latest prices were taken from it.</summary>
    public double Regret(int host)
    {
        var choice = Choice[host];
        double chosen = _base[choice] + PriceOf(host, choice), next = double.MaxValue;
        for (var o = _options.From[host]; o < _options.From[host + 1]; o++)
        {
            if (o == choice || (_options.Window[o] == _options.Window[choice] && Math.Abs(_options.Start[o] - _options.Start[choice]) < _instance.Duration[host]))
                continue;
            if (_base[o] >= next) break;
            next = Math.Min(next, _base[o] + PriceOf(host, o));
        }
        return next - chosen;
    }

    private double PriceOf(int host, int option) =>
        _options.Start[option] == StartOptions.Never ? _leavePrice : _prices.Of(host, _options.Window[option], _options.Start[option]);

    private double Evaluate(int mayLeave)
    {
        _prices.Refresh();
        Array.Clear(_prices.Usage);
        double sum = 0;
        for (var h = 0; h < _instance.Hosts; h++)
        {
            int from = _options.From[h], to = _options.From[h + 1];
            if (_forest.IsInTree[h])
            {
                for (var o = from; o < to; o++) _reduced[o] = _base[o] + PriceOf(h, o);
                continue;
            }
            // Costs ascend with the start and prices are never negative: the scan may stop early.
            var best = double.MaxValue;
            for (var o = from; o < to && _base[o] < best; o++)
            {
                var cost = _base[o] + PriceOf(h, o);
                if (cost >= best) continue;
                best = cost;
                Choice[h] = o;
            }
            sum += best;
        }
        sum += _forest.Solve(_reduced, Choice);
        _left = 0;
        for (var h = 0; h < _instance.Hosts; h++)
        {
            var start = _options.Start[Choice[h]];
            if (start == StartOptions.Never) _left++;
            else _prices.Use(h, _options.Window[Choice[h]], start);
        }
        // The last digits may be rounding: a bound errs to the low side. Prices of edges cancel in the sum, not in its rounding.
        var income = _prices.Income() + _leavePrice * mayLeave;
        var value = sum - income;
        return value - 1e-10 * (Math.Abs(sum) + Math.Abs(value) + income + _forest.Loose.Sum(e => e.Weight()));
    }

    private void Move(double target, double value, int mayLeave)
    {
        double norm = 0, violation = 0;
        var prices = _prices.Value;
        for (var i = 0; i < prices.Length; i++)
        {
            var g = _prices.Usage[i] - _prices.Room[i];
            if (prices[i] <= 0 && g <= 0)
            {
                _direction[i] = 0;
                continue;
            }
            violation += g * g;
            // Deflected: part of the last direction damps the zigzag between two windows.
            _direction[i] = g + _deflection * _direction[i];
            norm += _direction[i] * _direction[i];
        }
        foreach (var edge in _forest.Loose)
        {
            var (direction, off) = edge.Aim(_deflection);
            norm += direction;
            violation += off;
        }
        double tooMany = _left - mayLeave;
        if (_leavePrice <= 0 && tooMany <= 0) tooMany = _leaveDirection = 0;
        _leaveDirection = tooMany + _deflection * _leaveDirection;
        norm += _leaveDirection * _leaveDirection;
        violation += tooMany * tooMany;
        // No price is wrong: what is left of old directions must not blow the prices up.
        if (violation <= 0) return;
        norm = Math.Max(norm, 0.1 * violation);
        var step = _scale * Math.Max(1e-7 * Math.Abs(target), 1.002 * target - value) / norm;
        for (var i = 0; i < prices.Length; i++) prices[i] = Math.Max(0, prices[i] + step * _direction[i]);
        foreach (var edge in _forest.Loose) edge.Move(step);
        _leavePrice = Math.Max(0, _leavePrice + step * _leaveDirection);
    }
}
