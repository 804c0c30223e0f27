// One port's part of WEIGHTS: its slice of every ring word. Indices into the codebook become weights here.
// Latency: that of the port. Stall rule: a burst is asked for only when the ring has room for it, so data never waits.
// Parameters: PORTS 1, 2, 4 (slice of 512/PORTS bits); RING_LOG2; CODEBOOK 1: with the look-up.
`default_nettype none
module zn_weight_port #(
    parameter int PORTS = 1,
    parameter int RING_LOG2 = 10,
    parameter bit CODEBOOK = 1'b1
) (
    input  wire                    clk_i,
    input  wire                    rst_i,
    // job
    input  wire                    job_valid_i,
    output wire                    job_ready_o,
    input  wire  [31:0]            job_addr_i,
    input  wire  [23:0]            job_beats_i,
    input  wire                    job_codebook_i,
    input  wire  [15:0]            job_group_words_i,
    input  wire  [127:0]           job_entries_i,
    // port
    output wire                    req_valid_o,
    input  wire                    req_ready_i,
    output wire  [31:0]            req_addr_o,
    output wire  [4:0]             req_beats_o,
    input  wire                    data_valid_i,
    input  wire  [63:0]            data_i,
    // ring
    input  wire                    release_i,   // one word of the ring is free again
    output logic                   write_o,
    output logic [RING_LOG2-1:0]   write_addr_o,
    output wire  [512/PORTS-1:0]   write_data_o
);
  localparam int UNITS = 4 / PORTS;              // units of 128 bits in a slice
  localparam int PLAIN = 2 * PORTS;              // words in 16 beats
  localparam int DENSE = 4 * PORTS;              // words in 16 beats of indices

  logic        active_q, codebook_q;
  logic [23:0] left_q;                           // beats to come
  logic [15:0] group_words_q, words_left_q;      // of the part of the group at hand
  logic        params_q;                         // parameter words: plain
  logic [127:0] entries_q;
  // Room: words neither written nor promised to a burst under way. A burst is promised what 16 beats can hold;
  // parts are aligned to 128 bytes, so only a command's last burst is shorter: that is settled at its end.
  // Parameter words among indices are half as many as promised: the rest is given back as they come.
  logic [RING_LOG2+1:0] room_q;
  wire  [RING_LOG2+1:0] promise = codebook_q ? (RING_LOG2+2)'(DENSE) : (RING_LOG2+2)'(PLAIN);
  wire  taken = req_valid_o && req_ready_i;
  wire  word_done, give_back;
  logic [RING_LOG2+1:0] promised_q;              // words promised and not written, of this command
  wire  burst_ready;
  logic left_zero_q;
  wire  settle = active_q && left_zero_q && !unit_q && !write_o;  // the command's last word has been written
  // Changes of the room take a cycle to be counted
  logic [RING_LOG2+1:0] change_q, promise_q;
  logic [1:0]  freed_q, kept_q;
  logic        taken_q;

  assign job_ready_o = !active_q && burst_ready;
  logic allow_q;
  zn_burst #(.BEATS_W(24)) u_burst (
      .clk_i, .rst_i, .job_valid_i(job_valid_i && job_ready_o), .job_ready_o(burst_ready),
      .job_addr_i, .job_beats_i, .allow_i(allow_q), .burst_valid_o(req_valid_o), .burst_ready_i(req_ready_i),
      .burst_addr_o(req_addr_o), .burst_beats_o(req_beats_o));

  // A unit: two plain beats, or one beat of 16 indices
  logic        low_valid_q;
  logic [63:0] low_q;
  logic        unit_q;
  logic [127:0] unit_data_q;
  wire         indexed = CODEBOOK && codebook_q && !params_q;
  wire [127:0] looked_up;
  genvar n;
  generate
    if (CODEBOOK) begin : g_codebook
      for (n = 0; n < 16; n++) begin : g_entry
        wire [3:0] index = data_i[n*4+:4];
        assign looked_up[n*8+:8] = entries_q[{index, 3'd0}+:8];
      end
    end else begin : g_plain
      assign looked_up = '0;
      wire _unused = &{1'b0, entries_q};
    end
  endgenerate

  logic [2:0] unit_count_q;
  wire word_beat;   // the beat that completes a word
  wire unit_beat = data_valid_i && (indexed || low_valid_q);
  logic [1:0] in_unit_q;  // units of the word received
  assign word_beat = unit_beat && in_unit_q == 2'(UNITS - 1);

  logic [127:0] units_q [0:UNITS-1];
  generate
    for (n = 0; n < UNITS; n++) begin : g_unit
      assign write_data_o[n*128+:128] = units_q[n];
    end
  endgenerate
  logic param_unit_q;
  assign word_done = unit_q && unit_count_q == 3'(UNITS - 1);
  assign give_back = word_done && param_unit_q && codebook_q;

  integer i;
  always_ff @(posedge clk_i) begin
    // beats to units
    unit_q <= unit_beat;
    param_unit_q <= params_q;
    if (data_valid_i) begin
      left_q <= left_q - 24'd1;
      if (!indexed) low_valid_q <= !low_valid_q;
      low_q <= data_i;
      unit_data_q <= indexed ? looked_up : {data_i, low_q};
    end
    if (unit_beat) in_unit_q <= word_beat ? '0 : in_unit_q + 2'd1;
    if (word_beat) begin
      words_left_q <= words_left_q - 16'd1;
      if (words_left_q == 16'd1) begin
        params_q     <= !params_q;
        words_left_q <= params_q ? group_words_q : 16'd2;
      end
    end
    // units to words
    if (unit_q) begin
      for (i = 0; i < UNITS; i++) if (unit_count_q == 3'(i)) units_q[i] <= unit_data_q;
      unit_count_q <= word_done ? '0 : unit_count_q + 3'd1;
    end
    write_o <= word_done;
    if (write_o) write_addr_o <= write_addr_o + 1'b1;

    taken_q    <= taken;
    change_q   <= settle ? promised_q : taken ? -promise : '0;  // never both: a burst that was just taken has beats to come
    freed_q    <= {1'b0, release_i} + {1'b0, give_back};
    room_q     <= room_q + change_q + (RING_LOG2+2)'(freed_q);
    promise_q  <= taken ? promise : '0;
    kept_q     <= {1'b0, word_done} + {1'b0, give_back};
    promised_q <= settle ? '0 : promised_q + promise_q - (RING_LOG2+2)'(kept_q);
    allow_q    <= room_q >= (RING_LOG2+2)'(2 * DENSE) && !taken && !taken_q;
    left_zero_q <= left_q == '0;
    if (settle && !req_valid_o && burst_ready) active_q <= 1'b0;
    if (job_valid_i && job_ready_o) begin
      active_q      <= 1'b1;
      left_zero_q   <= 1'b0;
      left_q        <= job_beats_i;
      codebook_q    <= job_codebook_i;
      group_words_q <= job_group_words_i;
      entries_q     <= job_entries_i;
      params_q      <= 1'b1;
      words_left_q  <= 16'd2;
      low_valid_q   <= 1'b0;
      in_unit_q     <= '0;
    end
    if (rst_i) begin
      active_q     <= 1'b0;
      left_q       <= '0;
      unit_q       <= 1'b0;
      write_o      <= 1'b0;
      write_addr_o <= '0;
      unit_count_q <= '0;
      in_unit_q    <= '0;
      room_q       <= (RING_LOG2+2)'(1 << RING_LOG2);
      promised_q   <= '0;
      promise_q    <= '0;
      change_q     <= '0;
      freed_q      <= '0;
      kept_q       <= '0;
      allow_q      <= 1'b0;
    end
  end
endmodule
`default_nettype wire
