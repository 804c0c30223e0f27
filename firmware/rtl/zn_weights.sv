// WEIGHTS: one part per port, the ring they fill together, and the count of words that all ports have written.
// Latency: ring read 2 cycles. Stall rule: command by ready/valid; the ring never refuses data it asked for.
// Parameters: PORTS 1, 2, 4; RING_LOG2; CODEBOOK.
`default_nettype none
module zn_weights #(
    parameter int PORTS = 1,
    parameter int RING_LOG2 = 10,
    parameter bit CODEBOOK = 1'b1
) (
    input  wire                         clk_i,
    input  wire                         rst_i,
    input  wire                         cmd_valid_i,
    output wire                         cmd_ready_o,
    input  wire  [zn_pkg::CMD_BITS-1:0] cmd_i,
    output wire                         busy_o,
    // ports
    output wire  [PORTS-1:0]            req_valid_o,
    input  wire  [PORTS-1:0]            req_ready_i,
    output wire  [PORTS*32-1:0]         req_addr_o,
    output wire  [PORTS*8-1:0]          req_beats_o,
    input  wire  [PORTS-1:0]            data_valid_i,
    input  wire  [PORTS*64-1:0]         data_i,
    // ring
    input  wire                         release_i,
    output logic                        word_o,        // one more word is complete
    input  wire  [RING_LOG2-1:0]        read_addr_i,
    output wire  [511:0]                read_data_o
);
  localparam int SLICE = 512 / PORTS;
  logic [PORTS-1:0] start_q;     // ports still to be started
  logic [31:0] addr_q, stride_q;
  logic [23:0] beats_q;
  logic        codebook_q;
  logic [15:0] group_words_q;
  logic [127:0] entries_q;
  wire  [PORTS-1:0] job_ready;
  wire  [PORTS-1:0] turn = start_q & (~start_q + 1'b1);  // lowest
  wire  _unused = &{1'b0, cmd_i};
  // A command is taken when the previous one has gone out completely: one codebook, no order to keep.
  logic ready_q, taken_q;   // what may be taken is known a cycle before
  assign cmd_ready_o = ready_q && !taken_q;
  assign busy_o = start_q != '0 || !(&job_ready);

  always_ff @(posedge clk_i) begin
    ready_q <= start_q == '0 && (&job_ready) && !rst_i;
    taken_q <= cmd_valid_i && cmd_ready_o;
    if (cmd_valid_i && cmd_ready_o) begin
      start_q       <= '1;
      addr_q        <= cmd_i[zn_pkg::F_WEIGHTS_ADDRESS+:zn_pkg::W_WEIGHTS_ADDRESS];
      stride_q      <= cmd_i[zn_pkg::F_WEIGHTS_PORT_STRIDE+:zn_pkg::W_WEIGHTS_PORT_STRIDE];
      beats_q       <= cmd_i[zn_pkg::F_WEIGHTS_BEATS+:zn_pkg::W_WEIGHTS_BEATS];
      codebook_q    <= cmd_i[zn_pkg::F_WEIGHTS_CODEBOOK];
      group_words_q <= cmd_i[zn_pkg::F_WEIGHTS_GROUP_WORDS+:zn_pkg::W_WEIGHTS_GROUP_WORDS];
      entries_q     <= {cmd_i[zn_pkg::F_WEIGHTS_CODEBOOK3+:zn_pkg::W_WEIGHTS_CODEBOOK3],
                        cmd_i[zn_pkg::F_WEIGHTS_CODEBOOK2+:zn_pkg::W_WEIGHTS_CODEBOOK2],
                        cmd_i[zn_pkg::F_WEIGHTS_CODEBOOK1+:zn_pkg::W_WEIGHTS_CODEBOOK1],
                        cmd_i[zn_pkg::F_WEIGHTS_CODEBOOK0+:zn_pkg::W_WEIGHTS_CODEBOOK0]};
    end else if (start_q != '0) begin
      start_q <= start_q & ~turn;   // every port is ready: see cmd_ready_o
      addr_q  <= addr_q + stride_q;
    end
    if (rst_i) start_q <= '0;
  end

  logic [PORTS-1:0] ahead;       // words beyond the common count
  genvar n;
  generate
    for (n = 0; n < PORTS; n++) begin : g_port
      wire write;
      wire [RING_LOG2-1:0] write_addr;
      wire [SLICE-1:0] write_data;
      wire [4:0] beats;
      zn_weight_port #(.PORTS(PORTS), .RING_LOG2(RING_LOG2), .CODEBOOK(CODEBOOK)) u_port (
          .clk_i, .rst_i, .job_valid_i(turn[n]), .job_ready_o(job_ready[n]), .job_addr_i(addr_q),
          .job_beats_i(beats_q), .job_codebook_i(codebook_q), .job_group_words_i(group_words_q),
          .job_entries_i(entries_q), .req_valid_o(req_valid_o[n]), .req_ready_i(req_ready_i[n]),
          .req_addr_o(req_addr_o[n*32+:32]), .req_beats_o(beats), .data_valid_i(data_valid_i[n]),
          .data_i(data_i[n*64+:64]), .release_i, .write_o(write), .write_addr_o(write_addr), .write_data_o(write_data));
      assign req_beats_o[n*8+:8] = {3'd0, beats};
      zn_ram_sdp #(.WIDTH(SLICE), .DEPTH_LOG2(RING_LOG2)) u_ram (
          .clk_i, .write_i(write), .write_addr_i(write_addr), .write_data_i(write_data),
          .read_addr_i(read_addr_i), .read_data_o(read_data_o[n*SLICE+:SLICE]));
      logic [RING_LOG2:0] ahead_q;
      assign ahead[n] = ahead_q != '0;
      always_ff @(posedge clk_i) begin
        if (rst_i) ahead_q <= '0;
        else ahead_q <= ahead_q + (RING_LOG2+1)'(write) - (RING_LOG2+1)'(&ahead);
      end
    end
  endgenerate
  always_ff @(posedge clk_i) word_o <= (&ahead) && !rst_i;
endmodule
`default_nettype wire
