// AXI4 write master of one port: lines of words in, INCR bursts of at most 16 beats that never cross 4 KiB out.
// A burst is issued only when all its data is here and it lies in the DMA window; up to 8 are outstanding.
// Marks travel behind the lines; mark_done_o says that everything before has been acknowledged.
// Halted: no new burst; issued ones get their data and their response; idle_o when the last has ended.
// Latency: 8 cycles from the last word of a burst to AW. Stall rule: none at the input: see full_o.
// Parameters: LANES words in an entry; DEPTH_LOG2 log2 of the entries buffered (8..12).
`default_nettype none
module zn_axi_write #(
    parameter int LANES = 1,
    parameter int DEPTH_LOG2 = 9
) (
    input  wire                  clk_i,
    input  wire                  rst_i,        // power-on or external reset: issued bursts survive a soft reset
    input  wire                  clear_i,      // soft reset, only while halted and idle
    input  wire                  halt_i,
    output wire                  idle_o,
    output wire                  empty_o,      // nothing buffered, nothing outstanding
    output logic                 full_o,       // room for fewer than 64 entries or 48 lines
    input  wire  [31:0]          window_base_i,
    input  wire  [31:0]          window_limit_i,
    input  wire                  line_valid_i,
    input  wire  [31:0]          line_addr_i,
    input  wire  [12:0]          line_words_i,
    input  wire                  entry_valid_i,
    input  wire  [3:0]           entry_words_i,
    input  wire  [LANES*128-1:0] entry_data_i,
    input  wire                  mark_i,
    output logic                 mark_done_o,
    output logic                 error_o,
    output logic [3:0]           error_code_o,
    output logic [31:0]          error_addr_o,
    output wire                  beat_o,
    // AXI4
    output logic                 awvalid_o,
    input  wire                  awready_i,
    output logic [31:0]          awaddr_o,
    output logic [7:0]           awlen_o,
    output logic                 wvalid_o,
    input  wire                  wready_i,
    output logic [63:0]          wdata_o,
    output logic                 wlast_o,
    input  wire                  bvalid_i,
    output wire                  bready_o,
    input  wire  [1:0]           bresp_i
);
  localparam int LW = LANES > 1 ? $clog2(LANES) : 1;
  localparam int EW = LANES * 128 + LW;   // an entry: the number of its last word, and the words
  localparam int BEAT_W = $clog2(2 * LANES);
  wire reset = rst_i || clear_i;

  // ---- Buffer: block memory, then a few entries in front that hide its latency
  logic [DEPTH_LOG2-1:0] put_q, get_q;
  logic [DEPTH_LOG2:0]   level_q;      // entries in the block memory
  logic [1:0]            flight_q;     // reads under way
  wire  [EW-1:0]         mem_data, entry;
  wire  [3:0]            front_level;
  wire                   front_ready, entry_valid, take_entry;
  logic [3:0]            front_q;      // entries in front, and on their way there
  wire fetch = level_q != '0 && !(front_q[3] || (front_q[2] && front_q[1]));
  zn_ram_sdp #(.WIDTH(EW), .DEPTH_LOG2(DEPTH_LOG2)) u_ram (
      .clk_i, .write_i(entry_valid_i), .write_addr_i(put_q), .write_data_i({LW'(entry_words_i - 4'd1), entry_data_i}),
      .read_addr_i(get_q), .read_data_o(mem_data));
  zn_fifo #(.WIDTH(EW), .DEPTH_LOG2(3)) u_front (
      .clk_i, .rst_i(reset), .valid_i(flight_q[1]), .ready_o(front_ready), .data_i(mem_data),
      .valid_o(entry_valid), .ready_i(take_entry), .data_o(entry), .level_o(front_level));
  logic written_q;  // the memory's write is one cycle old before it counts as readable
  always_ff @(posedge clk_i) begin
    written_q <= entry_valid_i;
    if (entry_valid_i) put_q <= put_q + 1'b1;
    if (fetch) get_q <= get_q + 1'b1;
    level_q  <= level_q + (DEPTH_LOG2+1)'(written_q) - (DEPTH_LOG2+1)'(fetch);
    flight_q <= {flight_q[0], fetch};
    front_q  <= front_q + 4'(fetch) - 4'(take_entry);
    if (reset) begin
      front_q   <= '0;
      put_q     <= '0;
      get_q     <= '0;
      level_q   <= '0;
      flight_q  <= '0;
      written_q <= 1'b0;
    end
  end

  // ---- Lines and marks
  wire        desc_valid, desc_mark, desc_ready, desc_take;
  wire [31:0] desc_addr;
  wire [12:0] desc_words;
  wire [6:0]  desc_level;
  zn_fifo #(.WIDTH(46), .DEPTH_LOG2(6)) u_lines (
      .clk_i, .rst_i(reset), .valid_i(line_valid_i || mark_i), .ready_o(desc_ready),
      .data_i({mark_i, line_words_i, line_addr_i}), .valid_o(desc_valid), .ready_i(desc_take),
      .data_o({desc_mark, desc_words, desc_addr}), .level_o(desc_level));
  always_ff @(posedge clk_i) full_o <= desc_level > 7'd16 || level_q > (DEPTH_LOG2+1)'((1 << DEPTH_LOG2) - 64);

  // ---- Address side
  typedef enum logic [2:0] {LINE, CUT, SPAN, CHECK, ISSUE} state_t;
  state_t state_q;
  logic [31:0] addr_q;
  logic [13:0] left_q;
  logic [4:0]  beats_q;
  logic [32:0] end_q;
  logic        low_q, outside_q;
  logic        last_q, enough_q;       // the line's last burst; its data is here
  logic [4:0]  spend_q;                // beats of the burst issued a cycle ago
  logic [DEPTH_LOG2+4:0] avail_q;      // beats buffered and not promised to a burst
  logic [3:0]  outstanding_q;
  logic [15:0] issued_q, completed_q;
  wire [4:0] page = (&addr_q[11:7]) ? 5'd16 - {1'b0, addr_q[6:3]} : 5'd16;  // beats to the end of the page, at most 16
  wire [4:0] rest = (left_q[13:4] != '0) ? 5'd16 : {1'b0, left_q[3:0]};
  wire       one = left_q[13:5] == '0 && !(left_q[4] && left_q[3:0] != '0);  // at most 16 beats left
  wire wq_ready, wq_valid, mark_ready, mark_valid, mark_pop;
  wire [4:0] wq_beats;
  wire [15:0] mark_count;
  wire [3:0] wq_level;
  wire [2:0] mark_level;
  assign desc_take = state_q == LINE && desc_valid && !halt_i && (!desc_mark || mark_ready);
  wire issue = state_q == ISSUE && !outside_q && !awvalid_o && wq_ready && !outstanding_q[3] && enough_q && !halt_i;
  wire response = bvalid_i && bready_o;
  zn_fifo #(.WIDTH(5), .DEPTH_LOG2(3)) u_bursts (
      .clk_i, .rst_i(reset), .valid_i(issue), .ready_o(wq_ready), .data_i(beats_q),
      .valid_o(wq_valid), .ready_i(load_burst), .data_o(wq_beats), .level_o(wq_level));
  zn_fifo #(.WIDTH(16), .DEPTH_LOG2(2)) u_marks (
      .clk_i, .rst_i(reset), .valid_i(desc_take && desc_mark), .ready_o(mark_ready), .data_i(issued_q),
      .valid_o(mark_valid), .ready_i(mark_pop), .data_o(mark_count), .level_o(mark_level));
  wire [15:0] behind = completed_q - mark_count;
  logic reached_q;   // the oldest mark's bursts have all been acknowledged
  assign mark_pop = reached_q;
  assign bready_o = 1'b1;

  always_ff @(posedge clk_i) begin
    error_o     <= 1'b0;
    mark_done_o <= mark_pop;
    if (awvalid_o && awready_i) awvalid_o <= 1'b0;
    reached_q   <= mark_valid && !behind[15] && !reached_q;
    spend_q     <= issue ? beats_q : '0;
    avail_q     <= avail_q + (entry_valid_i ? (DEPTH_LOG2+5)'({entry_words_i, 1'b0}) : '0) - (DEPTH_LOG2+5)'(spend_q);
    enough_q    <= avail_q >= (DEPTH_LOG2+5)'(beats_q);  // settled again when ISSUE comes round: four cycles
    outstanding_q <= outstanding_q + 4'(issue) - 4'(response);
    if (issue) issued_q <= issued_q + 16'd1;
    if (response) completed_q <= completed_q + 16'd1;
    case (state_q)
      LINE: if (desc_take && !desc_mark) begin
        addr_q  <= desc_addr;
        left_q  <= {desc_words, 1'b0};
        state_q <= CUT;
      end
      CUT: begin
        beats_q <= page < rest ? page : rest;
        last_q  <= one && rest <= page;
        low_q   <= addr_q < window_base_i;
        state_q <= SPAN;
      end
      SPAN: begin
        end_q   <= {1'b0, addr_q} + {25'd0, beats_q, 3'd0};
        state_q <= CHECK;
      end
      CHECK: begin
        outside_q <= low_q || end_q > {1'b0, window_limit_i};
        state_q   <= ISSUE;
      end
      default: if (outside_q) begin
        // stays here until the engine has been stopped
        error_o      <= !halt_i;
        error_code_o <= zn_pkg::ERR_WINDOW;
        error_addr_o <= addr_q;
      end else if (issue) begin
        awvalid_o <= 1'b1;
        awaddr_o  <= addr_q;
        awlen_o   <= {3'd0, beats_q - 5'd1};
        addr_q    <= addr_q + {24'd0, beats_q, 3'd0};
        left_q    <= left_q - 14'(beats_q);
        state_q   <= last_q ? LINE : CUT;
      end
    endcase
    if (response && bresp_i[1] && !halt_i) begin
      error_o      <= 1'b1;
      error_code_o <= bresp_i[0] ? zn_pkg::ERR_WRITE_DECERR : zn_pkg::ERR_WRITE_SLVERR;
      error_addr_o <= '0;
    end
    if (reset) begin
      state_q     <= LINE;
      avail_q     <= '0;
      spend_q     <= '0;
      reached_q   <= 1'b0;
      issued_q    <= '0;
      completed_q <= '0;
      mark_done_o <= 1'b0;
      error_o     <= 1'b0;
    end
    if (rst_i) begin
      awvalid_o     <= 1'b0;
      outstanding_q <= '0;
    end
  end

  // ---- Data side
  // The entry in front stays there until its last beat has gone
  logic [3:0] beat_q;
  logic [4:0] burst_left_q;
  wire [63:0] beats [0:2*LANES-1];
  genvar n;
  generate
    for (n = 0; n < 2 * LANES; n++) begin : g_beat
      assign beats[n] = entry[n*64+:64];
    end
  endgenerate
  wire [LW-1:0] last_word = entry[EW-1-:LW];
  wire take = entry_valid && burst_left_q != '0 && (!wvalid_o || wready_i);
  assign take_entry = take && beat_q[0] && beat_q[3:1] == 3'(last_word);
  wire load_burst = wq_valid && (burst_left_q == '0 || (burst_left_q == 5'd1 && take));
  assign beat_o = wvalid_o && wready_i;
  always_ff @(posedge clk_i) begin
    if (wvalid_o && wready_i) wvalid_o <= 1'b0;
    if (take) begin
      wvalid_o <= 1'b1;
      wdata_o  <= beats[beat_q[BEAT_W-1:0]];
      wlast_o  <= burst_left_q == 5'd1;
      beat_q   <= take_entry ? '0 : beat_q + 4'd1;
      burst_left_q <= burst_left_q - 5'd1;
    end
    if (load_burst) burst_left_q <= wq_beats;
    if (reset) begin
      beat_q       <= '0;
      burst_left_q <= '0;
      wvalid_o     <= 1'b0;
    end
  end
  assign idle_o = outstanding_q == '0 && !awvalid_o && (halt_i || state_q == LINE);
  assign empty_o = idle_o && !desc_valid && !mark_valid && state_q == LINE;
  wire _unused = &{1'b0, front_ready, desc_ready, wq_level, mark_level, behind, front_level};
endmodule
`default_nettype wire
