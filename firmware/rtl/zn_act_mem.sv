// Activation memory: 2^BANKS_LOG2 banks of 16-byte words, one read and one write per bank and cycle.
// Results of the array always get their write; the ports' words wait for a free bank, lower port first.
// Latency: read 2 cycles. Stall rule: load_ready_o per port; results never wait.
// Parameters: PORTS 1..4, DEPTH_LOG2 9..16, BANKS_LOG2 0..4, LANES 1, 2, 4, 8 (BANKS = 1 or 2*LANES).
`default_nettype none
module zn_act_mem #(
    parameter int PORTS = 1,
    parameter int DEPTH_LOG2 = 13,
    parameter int BANKS_LOG2 = 0,
    parameter int LANES = 1
) (
    input  wire                                     clk_i,
    input  wire                                     rst_i,
    // results: LANES adjacent columns
    input  wire                                     out_valid_i,
    input  wire  [DEPTH_LOG2-1:0]                   out_row_i,
    input  wire                                     out_half_i,   // which half of the banks
    input  wire  [LANES-1:0]                        out_mask_i,
    input  wire  [LANES*128-1:0]                    out_data_i,
    // words from the ports
    input  wire  [PORTS-1:0]                        load_valid_i,
    output wire  [PORTS-1:0]                        load_ready_o,
    input  wire  [PORTS*DEPTH_LOG2-1:0]             load_row_i,
    input  wire  [PORTS*4-1:0]                      load_bank_i,
    input  wire  [PORTS*128-1:0]                    load_data_i,
    // read
    input  wire  [(1<<BANKS_LOG2)*DEPTH_LOG2-1:0]   read_row_i,
    output wire  [(1<<BANKS_LOG2)*128-1:0]          read_data_o
);
  localparam int BANKS = 1 << BANKS_LOG2;

  // Results are registered once, so that a bank's choice is one multiplexer deep
  logic                    out_valid_q, out_half_q;
  logic [DEPTH_LOG2-1:0]   out_row_q;
  logic [LANES-1:0]        out_mask_q;
  logic [LANES*128-1:0]    out_data_q;
  always_ff @(posedge clk_i) begin
    out_valid_q <= out_valid_i && !rst_i;
    out_half_q  <= out_half_i;
    out_row_q   <= out_row_i;
    out_mask_q  <= out_mask_i;
    out_data_q  <= out_data_i;
  end

  wire [PORTS-1:0] grant [0:BANKS-1];
  genvar b, p;
  generate
    for (b = 0; b < BANKS; b++) begin : g_bank
      localparam int LANE = b % LANES;
      wire out_here = out_valid_q && out_mask_q[LANE] && (BANKS == 1 || out_half_q == 1'(b / LANES));
      wire [PORTS-1:0] want;
      for (p = 0; p < PORTS; p++) begin : g_want
        assign want[p] = load_valid_i[p] && load_bank_i[p*4+:4] == 4'(b);
      end
      // The lowest port that wants the bank; `out` has the bank for itself
      for (p = 0; p < PORTS; p++) begin : g_grant
        if (p == 0) assign grant[b][p] = want[p] && !out_here;
        else assign grant[b][p] = want[p] && want[p-1:0] == '0 && !out_here;
      end
      logic                  write_q;
      logic [DEPTH_LOG2-1:0] row_q, row_d;
      logic [127:0]          data_q, data_d;
      integer i;
      always_comb begin
        row_d  = out_row_q;
        data_d = out_data_q[LANE*128+:128];
        for (i = 0; i < PORTS; i++) begin
          if (grant[b][i]) begin
            row_d  = load_row_i[i*DEPTH_LOG2+:DEPTH_LOG2];
            data_d = load_data_i[i*128+:128];
          end
        end
      end
      always_ff @(posedge clk_i) begin
        write_q <= !rst_i && (out_here || want != '0);
        row_q   <= row_d;
        data_q  <= data_d;
      end
      zn_ram_sdp #(.WIDTH(128), .DEPTH_LOG2(DEPTH_LOG2)) u_ram (
          .clk_i, .write_i(write_q), .write_addr_i(row_q), .write_data_i(data_q),
          .read_addr_i(read_row_i[b*DEPTH_LOG2+:DEPTH_LOG2]), .read_data_o(read_data_o[b*128+:128]));
    end
    for (p = 0; p < PORTS; p++) begin : g_ready
      wire [BANKS-1:0] granted;
      for (b = 0; b < BANKS; b++) begin : g_granted
        assign granted[b] = grant[b][p];
      end
      assign load_ready_o[p] = |granted;
    end
  endgenerate
endmodule
`default_nettype wire
